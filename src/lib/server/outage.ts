import { ApiConnectionError, ApiError } from "@trigger.dev/core/v3";

const CODES = /^(E(CONN\w+|PIPE|HOSTUNREACH|NETUNREACH|NOTFOUND|TIMEDOUT|AI_AGAIN)|UND_ERR_\w+|57P0[1-3])$/;
/** What `pg` says without a code. */
const MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|fetch failed$)/;

/**
 * Why something we depend on (Trigger.dev, Postgres) could not be reached, in a few words. Undefined: it could, and this
 * is another kind of error.
 */
export function outageOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const deeper = outageOf(error instanceof AggregateError ? error.errors[0] : error.cause);
  if (deeper !== undefined) return deeper;
  const { code } = error as { code?: unknown };
  const isOutage =
    (typeof code === "string" && CODES.test(code)) ||
    MESSAGES.test(error.message) ||
    error instanceof ApiConnectionError ||
    (error instanceof ApiError && (error.status ?? 0) >= 500);
  return isOutage ? error.message || String(code) : undefined;
}
