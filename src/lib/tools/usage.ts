/** What an answer took, all its steps together. A provider may count nothing. */
export interface Usage {
  /** All that the model was told, what came from its cache included. */
  inputTokens?: number;
  /** All that the model said, what it only thought included. */
  outputTokens?: number;
  cachedInputTokens?: number;
  reasoningTokens?: number;
  /** Of its last step alone, told and said: as much of the model's window the conversation takes. */
  contextTokens?: number;
  /** How often the model was asked. */
  steps: number;
  /** From the first request to the last word, without the time in which a person was waited for. */
  ms: number;
  /** With the day of the price list. Only for models that are on it. */
  cost?: { usd: number; pricesOf: string };
}

/** When a tool began, in epoch milliseconds by the server's clock, and how long it took once it is done. */
export interface ToolTime {
  startedAt: number;
  ms?: number;
}
