import type { Engine } from "../engine.ts";
import { ProtocolError } from "../errors.ts";

/** What a client is told of an error, whatever it was. The ones it cannot help are logged with their cause. */
export function failureOf(engine: Engine, error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const refusal = engine.store.refusal(error);
  if (refusal === "value") {
    engine.log.info({ err: error }, "a value could not be stored");
    return new ProtocolError(400, "A value here is out of range or too long to be stored");
  }
  if (refusal === "taken") return new ProtocolError(409, "An id here is taken already");
  engine.log.error({ err: error }, "request failed");
  if (engine.store.isAway(error)) return new ProtocolError(503, "The database does not answer");
  return new ProtocolError(500, "The engine could not do this; its log says why");
}
