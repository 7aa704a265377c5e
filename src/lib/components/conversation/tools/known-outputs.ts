/**
 * What the known tools give, as far as a part of a stored message really has it: the tool may have been another one when
 * it ran. Undefined: shown as any other value.
 */
export interface FoundChat {
  chatId: string;
  title: string;
  role: string;
  excerpt: string;
  /** Epoch milliseconds, or NaN. */
  saidAt: number;
}

export function foundChats(output: unknown): FoundChat[] | undefined {
  const { results } = fields(output);
  if (!Array.isArray(results)) return undefined;
  const found = results.map((result: unknown) => {
    const { chatId, title, role, excerpt, saidAt } = fields(result);
    if (![chatId, title, excerpt].every((text) => typeof text === "string")) return undefined;
    return { chatId, title, role, excerpt, saidAt: Date.parse(String(saidAt)) } as FoundChat;
  });
  return found.every((chat) => chat !== undefined) ? found : undefined;
}

export interface FetchedPage {
  url: string;
  title: string;
  markdown: string;
  /** The page was longer. */
  isCut: boolean;
}

export function fetchedPage(output: unknown): FetchedPage | undefined {
  const { url, title, markdown, isCut } = fields(output);
  if (typeof url !== "string" || typeof markdown !== "string") return undefined;
  return { url, title: typeof title === "string" ? title : "", markdown, isCut: isCut === true };
}

export interface CodeResult {
  logs: string;
  value: unknown;
  error: string | undefined;
}

export function codeResult(output: unknown): CodeResult | undefined {
  const { logs, value, error } = fields(output);
  const lines = typeof logs === "string" ? [logs] : logs;
  if (!Array.isArray(lines) || !lines.every((line) => typeof line === "string")) return undefined;
  if (error !== undefined && error !== null && typeof error !== "string") return undefined;
  return { logs: lines.join("\n"), value: parsed(value), error: error ?? undefined };
}

/** A value that came as JSON, to be shown as what it is. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** What a sub-agent was asked, as far as it is written. */
export function researchIn(input: unknown): { title: string; question: string } {
  const { title, question } = fields(input);
  return {
    title: typeof title === "string" && title !== "" ? title : "Research",
    question: typeof question === "string" ? question : "",
  };
}

export interface ResearchReport {
  chatId: string;
  report: string;
  isStopped: boolean;
}

export function researchReport(output: unknown): ResearchReport | undefined {
  const { chatId, report, isStopped } = fields(output);
  if (typeof chatId !== "string" || typeof report !== "string") return undefined;
  return { chatId, report, isStopped: isStopped === true };
}

/** The code of a call, once there is some. */
export function codeIn(input: unknown): string | undefined {
  const { code } = fields(input);
  return typeof code === "string" ? code : undefined;
}

/** What became of the changes that somebody approved of, in a sentence. */
export function tidied(output: unknown): string | undefined {
  const { done, notFound } = fields(output);
  if (typeof done !== "number" || !Array.isArray(notFound)) return undefined;
  if (notFound.length === 0) return done === 1 ? "It was changed." : `All ${done} were changed.`;
  return `${done} of ${done + notFound.length} were changed. The others were not found.`;
}

/** What a person answered to a question. */
export function answerIn(output: unknown): string | undefined {
  const { answer } = fields(output);
  return typeof answer === "string" ? answer : undefined;
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
