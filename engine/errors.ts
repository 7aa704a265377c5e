/** An answer other than success, as the client sees it: a status, a sentence, and fields its code looks at. */
export class ProtocolError extends Error {
  readonly status: 400 | 401 | 403 | 404 | 409 | 412 | 413 | 422 | 500 | 501 | 503;
  readonly fields: Record<string, unknown>;

  constructor(status: ProtocolError["status"], message: string, fields: Record<string, unknown> = {}) {
    super(message);
    this.name = "ProtocolError";
    this.status = status;
    this.fields = fields;
  }
}

export const notFound = (what: string) => new ProtocolError(404, `${what} not found`);

/** Source: client-protocol.mdx, "Step 3": clients key on `code`, and a closed session is final. */
export const sessionClosed = (closedReason: string | null) =>
  new ProtocolError(409, "Cannot append to a closed session", { ok: false, code: "session_closed", closedReason });

/**
 * An append by a run that was replaced. S2 knows this as a fencing token that does not match: its client gives up on 412
 * (`isRetryable`), and passes the sentence on to the task.
 */
export const fenced = () =>
  new ProtocolError(412, "Another run has taken over this session", { fencing_token_mismatch: "replaced" });

/** A write that names an attempt which is over: it changes nothing and says so. */
export const staleWrite = (message: string) => new ProtocolError(409, message);
