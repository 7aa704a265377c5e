/** A model one can choose, and what is known of it. */
export interface ModelChoice {
  id: string;
  label: string;
  /** What it can be sent beside text. */
  accepts: { images: boolean };
  tools: boolean;
  reasoning: boolean;
  /** In tokens. */
  contextWindow: number;
}

/** What a model can do, on one line: "Images, tools, reasoning · 1M context". */
export function lineOf({ accepts, tools, reasoning, contextWindow }: ModelChoice): string {
  const abilities = Object.entries({ images: accepts.images, tools, reasoning });
  const does = abilities.flatMap(([name, can]) => (can ? [name] : [])).join(", ") || "text";
  return `${does.charAt(0).toUpperCase()}${does.slice(1)} · ${roundTokens(contextWindow)} context`;
}

/** 1,048,576 is 1M, 922,000 is 922k, 8192 is 8k: nobody chooses by the rest. */
function roundTokens(tokens: number): string {
  if (tokens >= 999_500) return `${Math.round(tokens / 100_000) / 10}M`;
  return tokens >= 1000 ? `${Math.round(tokens / 1000)}k` : String(tokens);
}
