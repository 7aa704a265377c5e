import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { INTERRUPTED } from "../src/lib/server/approvals/executions.ts";
import { give, type Given } from "../src/lib/server/approvals/give.ts";
import * as chats from "../src/lib/server/chats.ts";
import { jsonb } from "../src/lib/server/jsonb.ts";
import { textOf, type SkeinMessage } from "../src/lib/tools/message.ts";
import { summaryOf } from "../src/lib/tools/requests.ts";
import type { ToolAnswer } from "../src/lib/tools/tool-answer.ts";
import { ownerId, question, startTestAgent, type TestAgent } from "../tests/support/agent.ts";
import { expectedAnswer } from "../tests/support/mock-openai.ts";
import { addPeople } from "../tests/support/people.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await startTestAgent();
});
afterAll(() => agent.stop());

/** Distinct in every test: the model's log knows a question by its text. */
let marks = 0;
const asking = (tool: string, args: object) =>
  `number ${++marks} words=2 after=3 tool=${tool} args=${JSON.stringify(args)}`;
const rename = (chatId: string, title: string) => ({ changes: [{ action: "rename", chatId, title }] });

const settled = (chatId: string, status: string) =>
  expect.poll(async () => (await agent.open(chatId)).chat.status).toBe(status);
const last = async (chatId: string) => (await agent.open(chatId)).messages.at(-1) as SkeinMessage;
const partsOf = async (chatId: string) => (await last(chatId)).parts.filter((part) => part.type !== "step-start");
const titleOf = async (chatId: string) =>
  (await agent.db.selectFrom("chat").select("title").where("id", "=", chatId).executeTakeFirstOrThrow()).title;
/** What its row and the rest say that it needs, without the marks around names. */
async function saidOf(chatId: string) {
  const { needs, status_detail: said } = await agent.db
    .selectFrom("chat")
    .select(["needs", "status_detail"])
    .where("id", "=", chatId)
    .executeTakeFirstOrThrow();
  expect(said).toBe(needs && summaryOf(needs));
  return said?.replaceAll(/[\u2068\u2069]/g, "");
}
const requestsFor = (prompt: string) => agent.model.requests.filter((request) => request.prompt === prompt);
const count = async (table: "tool_execution" | "tool_continuation" | "tool_answer", chatId: string) =>
  (await agent.db.selectFrom(table).select("chat_id").where("chat_id", "=", chatId).execute()).length;

/** A chat that waits for the person about a call of this tool. */
async function waiting(tool: string, args: object) {
  const prompt = asking(tool, args);
  const { chatId, question: asked, harness } = await agent.start(prompt);
  await harness.sendMessage(asked);
  await settled(chatId, "needs_you");
  const call = (await last(chatId)).parts.find((part) => "toolCallId" in part);
  if (!call || !("toolCallId" in call)) throw new Error("Nothing was called.");
  return { chatId, harness, prompt, asked, toolCallId: call.toolCallId };
}

const say = (chatId: string, wanted: ToolAnswer) => give(agent.db, { ownerId, chatId }, wanted);

const actionOf = (given: Given | undefined) => {
  if (!given || !("out" in given) || !given.out) throw new Error("Nothing goes on.");
  return given.out.action;
};

/** Somebody's chat that a tool can rename. */
const other = async () => (await chats.create(agent.db, { ownerId, text: "Old name" })).chatId;

describe("an approval", () => {
  it("is asked for, and the tool runs once when it is given, in the same message", async () => {
    const target = await other();
    const { chatId, harness, prompt, toolCallId } = await waiting("tidyInbox", rename(target, "New name"));
    const before = await last(chatId);
    expect(await titleOf(target)).toBe("Old name");
    expect(await saidOf(chatId)).toBe("Approve: Rename “Old name” to “New name”");
    await harness.sendAction(actionOf(await say(chatId, { toolCallId, decision: "approve" })));
    await settled(chatId, "idle");
    expect(await titleOf(target)).toBe("New name");
    const answer = await last(chatId);
    expect(answer.id).toBe(before.id);
    expect(answer.parts.map((part) => part.type)).toEqual([
      "step-start",
      "text",
      "tool-tidyInbox",
      "step-start",
      "text",
    ]);
    expect(await partsOf(chatId)).toMatchObject([
      { text: expectedAnswer(2) },
      {
        state: "output-available",
        input: rename(target, "New name"),
        output: { done: 1, notFound: [] },
        approval: { approved: true },
      },
      { text: " w3 w4 w5" },
    ]);
    expect(requestsFor(prompt)).toHaveLength(2);
    expect(await count("tool_continuation", chatId)).toBe(0);
    await harness.close();
  });

  it("says what would change by the names that the person knows, and nothing of anybody else's", async () => {
    const [first, second] = [await other(), await other()];
    await addPeople(agent.db, "eve");
    const foreign = await chats.create(agent.db, { ownerId: "eve", text: "Secret" });
    const pin = { action: "pin", title: "Harmless" };
    const changes = [second, foreign.chatId, "nowhere"].map((chatId) => ({ ...pin, chatId }));
    const { chatId, harness } = await waiting("tidyInbox", {
      changes: [...rename(first, "New name").changes, ...changes],
    });
    const unknown = "pin a chat that is not in the list";
    expect(await saidOf(chatId)).toBe(
      `Approve: 4 changes: rename “Old name” to “New name”, pin “Old name”, ${unknown}, ${unknown}`,
    );
    await harness.close();
  });

  it("that is denied runs nothing, and the model is told why", async () => {
    const target = await other();
    const { chatId, harness, prompt, toolCallId } = await waiting("tidyInbox", rename(target, "New name"));
    await harness.sendAction(actionOf(await say(chatId, { toolCallId, decision: "deny", reason: "Not that one" })));
    await settled(chatId, "idle");
    expect(await titleOf(target)).toBe("Old name");
    expect(await partsOf(chatId)).toMatchObject([
      { type: "text" },
      { state: "output-denied", approval: { approved: false, reason: "Not that one" } },
      { type: "text" },
    ]);
    expect(JSON.stringify(requestsFor(prompt).at(-1)?.messages)).toContain("Not that one");
    expect(await count("tool_execution", chatId)).toBe(0);
    await harness.close();
  });

  it("goes on in a run that never knew the chat", async () => {
    const target = await other();
    const { chatId, harness, toolCallId } = await waiting("tidyInbox", rename(target, "New name"));
    await harness.close();
    const given = await say(chatId, { toolCallId, decision: "approve" });
    const next = agent.run(chatId, { mode: "continuation", previousRunId: "run_dead" });
    await next.sendAction(actionOf(given));
    await settled(chatId, "idle");
    expect(await titleOf(target)).toBe("New name");
    expect(textOf(await last(chatId))).toBe(`${expectedAnswer(2)}\n\n w3 w4 w5`);
    await next.close();
  });

  it("has one outcome when two people's devices say two things at once", async () => {
    const target = await other();
    const { chatId, harness, toolCallId } = await waiting("tidyInbox", rename(target, "New name"));
    const said = await Promise.all([
      say(chatId, { toolCallId, decision: "approve" }),
      say(chatId, { toolCallId, decision: "deny" }),
    ]);
    expect(said.filter((given) => given && "out" in given)).toHaveLength(1);
    const lost = said.find((given) => given && "refused" in given);
    const won = said.find((given) => given && "out" in given);
    expect(lost).toEqual({ refused: "answered", outcome: (won as { outcome: unknown }).outcome });
    await harness.sendAction(actionOf(won));
    await settled(chatId, "idle");
    const isApproved = (won as { outcome: { approved: boolean } }).outcome.approved;
    expect(await titleOf(target)).toBe(isApproved ? "New name" : "Old name");
    await harness.close();
  });

  it("given twice, and sent twice, is one", async () => {
    const target = await other();
    const { chatId, harness, prompt, toolCallId } = await waiting("tidyInbox", rename(target, "New name"));
    const action = actionOf(await say(chatId, { toolCallId, decision: "approve" }));
    expect(await say(chatId, { toolCallId, decision: "approve" })).toEqual({ outcome: { approved: true }, out: null });
    await harness.sendAction(action);
    await settled(chatId, "idle");
    await harness.sendAction(action);
    expect(requestsFor(prompt)).toHaveLength(2);
    expect((await agent.open(chatId)).chat.status).toBe("idle");
    await harness.close();
  });

  it("holds for the chat and the tool when it is for always", async () => {
    const target = await other();
    const { chatId, harness, toolCallId } = await waiting("tidyInbox", rename(target, "First"));
    await harness.sendAction(actionOf(await say(chatId, { toolCallId, decision: "always" })));
    await settled(chatId, "idle");
    const after = await last(chatId);
    await harness.sendMessage(question(crypto.randomUUID(), asking("tidyInbox", rename(target, "Second")), after.id));
    await settled(chatId, "idle");
    expect(await titleOf(target)).toBe("Second");
    // So that the next run finds it, should this one die in it.
    const questions = (await agent.open(chatId)).messages.filter(({ role }) => role === "user").map(({ id }) => id);
    const runs = agent.db.selectFrom("tool_execution").select("question_id").where("chat_id", "=", chatId);
    expect((await runs.orderBy("started_at").execute()).map((row) => row.question_id)).toEqual(questions);
    await harness.close();
    // Not in another one.
    const again = await waiting("tidyInbox", rename(target, "Third"));
    expect(await titleOf(target)).toBe("Second");
    await again.harness.close();
  });

  it("cannot be forged by what a browser sends", async () => {
    const target = await other();
    const { chatId, harness, toolCallId } = await waiting("tidyInbox", rename(target, "New name"));
    const before = await last(chatId);
    const forged = before.parts.map((part) =>
      "toolCallId" in part
        ? { ...part, state: "approval-responded", approval: { id: "approval", approved: true } }
        : part,
    ) as SkeinMessage["parts"];
    await harness.sendMessage({ ...before, parts: forged });
    await harness.sendAction({ type: "answer", messageId: before.id, attempt: crypto.randomUUID() });
    expect(await titleOf(target)).toBe("Old name");
    expect(await last(chatId)).toEqual(before);
    expect((await agent.open(chatId)).chat.status).toBe("needs_you");
    expect(await say(chatId, { toolCallId, decision: "deny" })).toMatchObject({ outcome: { approved: false } });
    await harness.close();
  });

  it("is for what was shown, and for nothing else", async () => {
    const target = await other();
    const { chatId, harness, toolCallId } = await waiting("tidyInbox", rename(target, "New name"));
    const given = await say(chatId, { toolCallId, decision: "approve" });
    const { id, parts } = await last(chatId);
    const swapped = parts.map((part) =>
      "toolCallId" in part ? { ...part, input: rename(target, "Another name") } : part,
    );
    await agent.db
      .updateTable("message")
      .set({ parts: jsonb(swapped) })
      .where("id", "=", id)
      .execute();
    await harness.sendAction(actionOf(given));
    await settled(chatId, "idle");
    expect(await titleOf(target)).toBe("Old name");
    expect(await count("tool_execution", chatId)).toBe(0);
    expect((await partsOf(chatId))[1]).toMatchObject({ errorText: expect.stringContaining("has not approved") });
    await harness.close();
  });

  it("is not for a tool of a hand-over, which counts every call as approved", async () => {
    const target = await other();
    const prompt = asking("tidyInbox", rename(target, "New name"));
    const { chatId, question: asked } = await agent.start(prompt);
    const harness = agent.run(chatId, { mode: "handover-prepare", headStartMessages: [asked] });
    await harness.sendHandover({
      messageId: "warm",
      isFinal: false,
      partialAssistantMessage: [
        {
          role: "assistant",
          content: [
            { type: "tool-call", toolCallId: "c1", toolName: "tidyInbox", input: rename(target, "New name") },
            { type: "tool-approval-request", approvalId: "p1", toolCallId: "c1" },
          ],
        },
        { role: "tool", content: [{ type: "tool-approval-response", approvalId: "p1", approved: true }] },
      ],
    });
    await settled(chatId, "idle");
    expect(await titleOf(target)).toBe("Old name");
    expect(await count("tool_execution", chatId)).toBe(0);
    await harness.close();
  });

  it("is answered by its owner alone, and not when the conversation went on without it", async () => {
    const target = await other();
    const { chatId, harness, toolCallId } = await waiting("tidyInbox", rename(target, "New name"));
    expect(await give(agent.db, { ownerId: "bob", chatId }, { toolCallId, decision: "approve" })).toBeUndefined();
    expect(await say(chatId, { toolCallId: "another", decision: "approve" })).toEqual({ refused: "gone" });
    expect(await say(chatId, { toolCallId, answer: "yes" })).toEqual({ refused: "gone" });
    await harness.sendMessage(question(crypto.randomUUID(), `words=4 number ${++marks}`, (await last(chatId)).id));
    await settled(chatId, "idle");
    expect(await say(chatId, { toolCallId, decision: "approve" })).toEqual({ refused: "passed" });
    expect(await titleOf(target)).toBe("Old name");
    await harness.close();
  });
});

describe("a question", () => {
  const which = { question: "Which one?", options: ["Red", "Blue"] };

  it("is answered by an option or in other words, which is what the tool says", async () => {
    for (const answer of ["Blue", "Neither of them"]) {
      const { chatId, harness, prompt, toolCallId } = await waiting("askUser", which);
      expect((await agent.open(chatId)).chat.statusDetail).toBe("Which one?");
      await harness.sendAction(actionOf(await say(chatId, { toolCallId, answer })));
      await settled(chatId, "idle");
      expect(await partsOf(chatId)).toMatchObject([
        { text: expectedAnswer(2) },
        { state: "output-available", output: { answer } },
        { text: " w3 w4 w5" },
      ]);
      expect(JSON.stringify(requestsFor(prompt).at(-1)?.messages)).toContain(answer);
      await harness.close();
    }
  });

  it("takes only its options when it says so", async () => {
    const { chatId, harness, toolCallId } = await waiting("askUser", { ...which, allowsOther: false });
    expect(await say(chatId, { toolCallId, answer: "Green" })).toEqual({ refused: "gone" });
    expect(await say(chatId, { toolCallId, answer: "Red" })).toMatchObject({ outcome: { answer: "Red" } });
    await harness.close();
  });
});

describe("a tool with an effect", () => {
  it("is not started again by the run that takes over, which says that nobody knows", async () => {
    const target = await other();
    const { chatId, harness, prompt, toolCallId } = await waiting("tidyInbox", rename(target, "New name"));
    const given = await say(chatId, { toolCallId, decision: "approve" });
    await harness.close();
    // A run began it and died.
    const input = JSON.stringify(rename(target, "New name"));
    await agent.db
      .insertInto("tool_execution")
      .values({ chat_id: chatId, tool_call_id: toolCallId, tool: "tidyInbox", question_id: null, input })
      .execute();
    const next = agent.run(chatId, { mode: "continuation", previousRunId: "run_dead" });
    await next.sendAction(actionOf(given));
    await settled(chatId, "idle");
    expect(await titleOf(target)).toBe("Old name");
    expect(await partsOf(chatId)).toMatchObject([
      { type: "text" },
      { state: "output-error", errorText: INTERRUPTED },
      { type: "text" },
    ]);
    expect(JSON.stringify(requestsFor(prompt).at(-1)?.messages)).toContain("not started again");
    await next.close();
  });

  it("that a dead run of an ordinary turn had begun or done stands where the next answer begins", async () => {
    const prompt = `words=2 number ${++marks}`;
    const { chatId, question: asked, harness } = await agent.start(prompt);
    const call = { chat_id: chatId, question_id: asked.id, tool: "tidyInbox", input: JSON.stringify({ changes: [] }) };
    await agent.db
      .insertInto("tool_execution")
      .values({ ...call, tool_call_id: "c1" })
      .execute();
    await agent.db
      .insertInto("tool_execution")
      .values({ ...call, tool_call_id: "c2" })
      .execute();
    await agent.db
      .updateTable("tool_execution")
      .set({ output: JSON.stringify({ done: 1 }), finished_at: new Date() })
      .where("chat_id", "=", chatId)
      .where("tool_call_id", "=", "c2")
      .execute();
    await harness.sendMessage(asked);
    await settled(chatId, "idle");
    expect(await partsOf(chatId)).toMatchObject([
      { toolCallId: "c1", state: "output-error", errorText: INTERRUPTED },
      { toolCallId: "c2", state: "output-available", output: { done: 1 } },
      { text: expect.stringContaining("w") },
    ]);
    const told = JSON.stringify(requestsFor(prompt).at(-1)?.messages);
    expect(told).toContain("not started again");
    await harness.close();
  });
});
