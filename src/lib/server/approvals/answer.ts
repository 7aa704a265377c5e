import { error } from "@sveltejs/kit";
import { setTimeout as sleep } from "node:timers/promises";
import type { ToolOutcome } from "../../tools/tool-answer.ts";
import type { Services } from "../services.ts";
import type { Given } from "./give.ts";
import { send } from "./send.ts";

/** How long a person's request waits for what it makes go on. It goes on without them. */
const SEND_BUDGET_MS = 1_000;

const SENTENCES = {
  gone: "This is not asked any more.",
  passed: "The conversation went on without it.",
  busy: "This chat is still at an answer. Try again when that is over.",
};

/** The answer to a request that decides something: what was decided, by it or before it (409). */
export async function answer(services: Services, given: Given | undefined): Promise<Response> {
  if (!given) error(404, "There is no such chat.");
  if ("refused" in given) {
    if (given.refused !== "answered") return Response.json({ message: SENTENCES[given.refused] }, { status: 409 });
    return Response.json({ message: sentenceOf(given.outcome), outcome: given.outcome }, { status: 409 });
  }
  if (given.out) await Promise.race([send(services, given.out), sleep(SEND_BUDGET_MS)]);
  return Response.json({ outcome: given.outcome });
}

function sentenceOf(outcome: ToolOutcome): string {
  if ("answer" in outcome) return "This was answered already.";
  return outcome.approved ? "This was approved already." : "This was denied already.";
}
