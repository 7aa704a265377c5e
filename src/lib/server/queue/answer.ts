import { error } from "@sveltejs/kit";
import { setTimeout as sleep } from "node:timers/promises";
import type { Services } from "../services.ts";
import type { Changed, Refusal } from "./change.ts";
import { MOST_WAITING } from "./rules.ts";
import { send } from "./send.ts";

/** How long a person's request waits for what it makes go out. It goes on without them. */
const SEND_BUDGET_MS = 1_000;

const SENTENCES: Record<Refusal, string> = {
  sent: "This message has been sent already.",
  gone: "This message is not in the queue any more.",
  full: `${MOST_WAITING} messages wait already, which is the most a chat can have.`,
};

/** The answer to a request that changes a queue: the whole of it as it is now, and what goes out is on its way. */
export async function answer(services: Services, changed: Changed | undefined): Promise<Response> {
  if (!changed) error(404, "There is no such chat.");
  if ("refused" in changed) error(409, SENTENCES[changed.refused]);
  // So that what one page sends one after the other arrives in that order.
  await Promise.race([send(services, changed.out), sleep(SEND_BUDGET_MS)]);
  return Response.json(changed.queue);
}
