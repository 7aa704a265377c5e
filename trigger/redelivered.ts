import type { RecoveryBootEvent, RecoveryBootResult } from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";

/**
 * What a run does that takes over from one that died: the partial answer is dropped and its question answered again, from
 * its beginning. The settled messages may hold the question too (it was stored when its turn began): the model must not
 * read it twice.
 */
export function redelivered({ settledMessages, inFlightUsers, writer }: RecoveryBootEvent): RecoveryBootResult {
  writer.write({ type: "data-recovery", data: {}, transient: true });
  const inFlight = uniqueById(inFlightUsers);
  const again = new Set(inFlight.map((message) => message.id));
  return { chain: uniqueById(settledMessages).filter((message) => !again.has(message.id)), recoveredTurns: inFlight };
}

function uniqueById<M extends UIMessage>(messages: M[]): M[] {
  return [...new Map(messages.map((message) => [message.id, message])).values()];
}
