import { APICallError, LoadAPIKeyError, RetryError } from "ai";
import { saysTooLong } from "./is-too-long.ts";
import { ModelBrokeOffError, ModelTimeoutError } from "./model-timeout.ts";

/** An error whose message is already meant for people. */
export class PlainModelError extends Error {}

/**
 * One clear sentence for a person, whatever a provider or the network threw. Nothing of the original message is passed
 * on: providers repeat keys and prompts in theirs.
 */
export function describeModelError(error: unknown): string {
  const cause = RetryError.isInstance(error) ? error.lastError : error;
  if (cause instanceof PlainModelError) return cause.message;
  if (cause instanceof ModelTimeoutError) {
    const seconds = Math.max(1, Math.round(cause.afterMs / 1000));
    return cause.started
      ? `The model stopped in the middle of its answer: nothing came for ${seconds} s. Try again.`
      : `The model did not answer within ${seconds} s. Try again, or choose another model.`;
  }
  if (cause instanceof ModelBrokeOffError) return BROKE_OFF;
  if (LoadAPIKeyError.isInstance(cause)) return "The model provider's key is missing on this server.";
  if (APICallError.isInstance(cause) && cause.statusCode !== undefined && cause.statusCode >= 400)
    return describeStatus(cause.statusCode, cause.responseBody);
  return describeNetwork(cause) ?? "The model failed with an unexpected error. Try again.";
}

const BROKE_OFF = "The connection to the model broke off in the middle of its answer. Try again.";

function describeStatus(status: number, body = ""): string {
  if (status === 401 || status === 403)
    return `The model provider refused the API key (${status}). Check the key on the server.`;
  if (status === 402) return "The model provider wants to be paid first (402): the account has no credit left.";
  if (status === 404) return "The model provider does not know this model (404). Choose another one.";
  if (status === 408 || status === 504) return `The model provider timed out (${status}). Try again.`;
  if (saysTooLong(status, body))
    return "This conversation is too long for the model. Start a new chat or choose another model.";
  if (status === 429) return "The model provider is limiting requests (429). Wait a moment, then try again.";
  if (status >= 500) return `The model provider has a problem of its own (${status}). Try again in a moment.`;
  return `The model provider refused the request (${status}).`;
}

/** Node reports what happened to a socket as a code, somewhere along the chain of causes. */
function describeNetwork(error: unknown): string | undefined {
  const chain: { code?: unknown; message?: unknown; name?: unknown }[] = [];
  for (
    let at = error;
    typeof at === "object" && at !== null && chain.length < 6;
    at = (at as { cause?: unknown }).cause
  )
    chain.push(at);
  const says = (pattern: RegExp) =>
    chain.some(({ code, message, name }) =>
      [code, message, name].some((text) => typeof text === "string" && pattern.test(text)),
    );
  if (says(/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT|Cannot connect/i))
    return "The model provider could not be reached. Check the network and the provider's address.";
  if (says(/TIMEOUT|TIMEDOUT|timed? ?out/i)) return "The model provider did not answer in time. Try again.";
  if (says(/ECONNRESET|EPIPE|UND_ERR_SOCKET|terminated|socket|premature|aborted/i)) return BROKE_OFF;
  if (says(/fetch failed/i))
    return "The model provider could not be reached. Check the network and the provider's address.";
  if (says(/JSONParse|TypeValidation|InvalidResponse|EmptyResponse/i))
    return "The model provider sent something that is not an answer. Try again, or choose another model.";
  return undefined;
}
