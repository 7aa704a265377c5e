export interface Script {
  code: string;
  /** From when it begins to run. */
  timeoutMs: number;
}

export interface Outcome {
  /** Of its last expression, in words. */
  value?: string;
  error?: string;
}

export const TOO_LONG = "The code took too long and was ended.";
