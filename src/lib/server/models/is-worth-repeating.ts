import { APICallError, LoadAPIKeyError, RetryError } from "ai";
import { PlainModelError } from "./describe-model-error.ts";
import { ModelTimeoutError } from "./model-timeout.ts";

/** Request timeout, conflict, too early, too many requests. */
const PASSING = [408, 409, 425, 429];

/**
 * Whether the same request may succeed when it is made again at once. A refused key stays refused, and after a model that
 * hung for its whole timeout nobody wants to wait for a second one.
 */
export function isWorthRepeating(error: unknown): boolean {
  const cause = RetryError.isInstance(error) ? error.lastError : error;
  if (cause instanceof PlainModelError || cause instanceof ModelTimeoutError) return false;
  if (LoadAPIKeyError.isInstance(cause)) return false;
  const status = APICallError.isInstance(cause) ? cause.statusCode : undefined;
  const isRefusal = status !== undefined && status >= 400 && status < 500;
  return !isRefusal || PASSING.includes(status);
}
