import { isDeepStrictEqual } from "node:util";
import { sql, type Kysely } from "kysely";
import type { SkeinMessage } from "../../tools/message.ts";
import { recoveryOf } from "../../tools/tool-schemas.ts";
import type { Database } from "../db/database.ts";
import { jsonb } from "../jsonb.ts";
import { rulesOf } from "./rules.ts";

/** For the model and the person alike. */
export const INTERRUPTED =
  "This was interrupted: the process died while it was at work, and nobody knows how much of it was done. It was not " +
  "started again. Look before you do it once more.";

/** What an earlier call gave would be taken for what this one did. */
const ID_TAKEN = "This was not done: the model's server gave the call the name of an earlier one.";

const FAILED = "This tool failed.";

/** It ran before, and did not end well, or nobody knows how. */
export class AlreadyBegun extends Error {}

export interface ToolCall {
  chatId: string;
  toolCallId: string;
  tool: string;
  input: unknown;
}

/**
 * Runs a tool with an effect at most once for its call, however often it is asked for: what is found begun gives what it
 * gave, or the sentence that nobody knows. `question`: what the turn answers. `resumes`: it goes on where it was when it is
 * called again, so what did not end is.
 */
export async function once<Output>(
  db: Kysely<Database>,
  call: ToolCall & { question?: string },
  run: () => Promise<Output>,
  { resumes = false } = {},
): Promise<Output> {
  const { chatId, toolCallId, tool, input, question } = call;
  const begun = await db
    .insertInto("tool_execution")
    .values({
      ...{ chat_id: chatId, tool_call_id: toolCallId, tool, question_id: question ?? null },
      input: input === undefined ? null : jsonb(input),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("tool_call_id")
    .executeTakeFirst();
  if (!begun) {
    const before = await earlier(db, call);
    if (before && (before.tool !== tool || !isSame(before.input, input))) throw new AlreadyBegun(ID_TAKEN);
    if (before?.finished_at && before.error === null) return before.output as Output;
    if (!before || before.finished_at || !resumes) throw new AlreadyBegun(before?.error ?? INTERRUPTED);
  }
  const end = (how: { output: string } | { error: string }) =>
    db
      .updateTable("tool_execution")
      .set({ ...how, finished_at: sql<Date>`now()` })
      .where("chat_id", "=", chatId)
      .where("tool_call_id", "=", toolCallId)
      .execute();
  try {
    const output = await run();
    await end({ output: jsonb(output ?? null) });
    return output;
  } catch (error) {
    await end({ error: FAILED });
    throw error;
  }
}

async function earlier(db: Kysely<Database>, { chatId, toolCallId }: ToolCall) {
  return db
    .selectFrom("tool_execution")
    .select(["tool", "input", "output", "error", "finished_at"])
    .where("chat_id", "=", chatId)
    .where("tool_call_id", "=", toolCallId)
    .executeTakeFirst();
}

/** Whether the person has approved exactly this, or this tool in this chat for good. */
export async function isApproved(db: Kysely<Database>, { chatId, toolCallId, tool, input }: ToolCall) {
  const [answer, rules] = await Promise.all([
    db
      .selectFrom("tool_answer")
      .select(["tool", "input", "approved"])
      .where("chat_id", "=", chatId)
      .where("tool_call_id", "=", toolCallId)
      .executeTakeFirst(),
    rulesOf(db, chatId),
  ]);
  if (answer) return answer.approved === true && answer.tool === tool && isSame(answer.input, input);
  return rules.includes(tool);
}

/** As Postgres has kept the one. */
function isSame(kept: unknown, input: unknown): boolean {
  return isDeepStrictEqual(kept ?? null, JSON.parse(jsonb(input ?? null)));
}

/**
 * What runs that died at this question had done and nobody was told: their calls are in no message, or in one that a head
 * start began and nobody finished. As parts of an answer, so that the one that is given now begins with them, for the person
 * and for the model. What resumes is called again, with the words for what somebody has approved: the AI SDK has no others
 * for a call that is to be made.
 */
export async function leftBehind(
  db: Kysely<Database>,
  chatId: string,
  question: string,
): Promise<SkeinMessage["parts"]> {
  const { rows } = await sql<{
    id: string;
    tool: string;
    input: unknown;
    output: unknown;
    error: string | null;
    isDone: boolean;
  }>`
    select tool_call_id as id, tool, input, output, error, finished_at is not null as "isDone"
    from tool_execution e
    where chat_id = ${chatId} and question_id = ${question}
      and not exists (
        select from message m where m.chat_id = ${chatId} and m.role = 'assistant' and (m.final or m.stopped or m.error is not null)
          and m.parts @> jsonb_build_array(jsonb_build_object('toolCallId', e.tool_call_id))
      )
    order by started_at`.execute(db);
  if (rows.length === 0) return [];
  return [
    { type: "step-start" },
    ...rows.map(({ id, tool, input, output, error, isDone }) => {
      const part = { type: `tool-${tool}` as const, toolCallId: id, input };
      if (isDone && error === null) return { ...part, state: "output-available" as const, output };
      if (!isDone && recoveryOf(tool) === "resume")
        return { ...part, state: "approval-responded" as const, approval: { id, approved: true as const } };
      return { ...part, state: "output-error" as const, errorText: error ?? INTERRUPTED };
    }),
  ];
}
