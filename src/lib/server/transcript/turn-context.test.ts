import { APICallError, type ModelMessage } from "ai";
import { expect, it } from "vitest";
import type { SkeinMessage } from "../../tools/message.ts";
import type { LanguageModelV4, Prompt } from "../models/index.ts";
import { TurnContext, type TurnContextParts } from "./turn-context.ts";

const path = ["q1", "a1", "q2", "a2", "q3", "a3"].map((id): SkeinMessage => ({
  id,
  role: id.startsWith("q") ? "user" : "assistant",
  parts: [{ type: "text", text: id }],
}));
const said = (role: string, text: string) => ({ role, content: [{ type: "text", text }] });
const tooLong = new APICallError({
  ...{ message: "no", url: "http://model", requestBodyValues: {} },
  ...{ statusCode: 400, responseBody: "prompt is too long: 9000 tokens > 8000 maximum" },
});

/** A model that refuses what is longer than so many messages, and says what it was told. */
function refusing(limit: number) {
  const told: Prompt[] = [];
  const model = {
    ...{ specificationVersion: "v4", provider: "test", modelId: "m", supportedUrls: {} },
    doStream: ({ prompt }: { prompt: Prompt }) => {
      told.push(prompt);
      return prompt.length > limit ? Promise.reject(tooLong) : Promise.resolve({ stream: new ReadableStream() });
    },
  } as unknown as LanguageModelV4;
  return { told, model };
}

const ABILITIES = { accepts: { images: true }, tools: true, reasoning: false };

function contextOf(parts: Partial<TurnContextParts>) {
  const info = { id: "test:m", label: "m", provider: "test", contextWindow: 8000, ...ABILITIES };
  const compactor = {
    isBusy: false,
    compact: () => Promise.resolve({ messageId: "a2", summary: "so far", messages: 4 }),
  };
  return new TurnContext({
    ...{
      compactor,
      chatId: "c",
      path,
      summary: undefined,
      info,
      model: refusing(9).model,
      timeoutMs: 1000,
      onfailed: () => {},
    },
    ...parts,
  });
}

const never = new AbortController().signal;
const all = path.map(({ id, role }): ModelMessage => ({ role: role as "user", content: id }));

it("keeps what the model is told beside the path when it is told less", async () => {
  const { told, model } = refusing(5);
  const context = contextOf({ model });
  const messages = await context.tell(all, never);
  // As when a stopped answer is to go on.
  const prompt = [
    said("system", "Be kind."),
    ...messages.map(({ role, content }) => said(role, content as string)),
    said("user", "Go on."),
  ] as Prompt;
  await context.model.doStream({ prompt });
  expect(told[1]).toEqual([
    { role: "system", content: [{ type: "text", text: "Be kind." }] },
    said("user", "The beginning of this conversation, summarised:\n\nso far"),
    ...[said("user", "q3"), said("assistant", "a3"), said("user", "Go on.")],
  ]);
});

it.each([
  ["no summary", { compact: () => Promise.resolve(undefined) }],
  ["a summary that failed", { compact: () => Promise.reject(new Error("no")) }],
])("passes the refusal on when there is %s", async (_name, compactor) => {
  const { told, model } = refusing(1);
  const context = contextOf({ model, compactor: { isBusy: false, ...compactor } });
  await context.tell(all, never);
  await expect(context.model.doStream({ prompt: [said("user", "a"), said("user", "b")] as Prompt })).rejects.toBe(
    tooLong,
  );
  expect(told).toHaveLength(1);
});

it("does not ask again what was refused with this very summary", async () => {
  const { told, model } = refusing(1);
  const context = contextOf({ model, summary: { messageId: "a2", summary: "so far", messages: 4 } });
  expect(await context.tell(all, never)).toHaveLength(3);
  await expect(context.model.doStream({ prompt: [said("user", "a"), said("user", "b")] as Prompt })).rejects.toBe(
    tooLong,
  );
  expect(told).toHaveLength(1);
});
