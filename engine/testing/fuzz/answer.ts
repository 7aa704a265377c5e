/** What came back. `undefined` for a connection that was closed without a word. */
export type Answer = { status: number; contentType: string; body: string } | undefined;

/** One thing to send, and what may come of it. */
export type Case = {
  name: string;
  /** Bytes no answer belongs to: a connection that breaks off, a preface of no protocol. */
  mayBeSilent?: boolean;
  send(port: number): Promise<Answer>;
};

/** What is wrong with an answer: everything but a success, or a refusal (4xx, or 501 for a route there is none of) in JSON. */
export function problemWith({ mayBeSilent = false }: Case, answer: Answer): string | undefined {
  if (answer === undefined) return mayBeSilent ? undefined : "closed without an answer";
  const { status, contentType, body } = answer;
  if (status < 300) return undefined;
  if (status >= 500 && status !== 501) return `answered ${status}: ${body.slice(0, 200)}`;
  if (status < 400) return `answered ${status}`;
  if (!contentType.startsWith("application/json")) return `${status} is not JSON but ${contentType}`;
  // To HEAD there is no body.
  if (body === "") return undefined;
  try {
    const parsed = JSON.parse(body) as { error?: unknown; message?: unknown };
    return typeof (parsed.error ?? parsed.message) === "string" ? undefined : `${status} without a sentence: ${body}`;
  } catch {
    return `${status} is broken JSON: ${body.slice(0, 200)}`;
  }
}
