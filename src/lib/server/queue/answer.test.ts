import { describe, expect, it } from "vitest";
import { openTestDb } from "../../../../tests/support/test-db.ts";
import { filePart } from "../../tools/file.ts";
import * as files from "../files/files.ts";
import { createFileStores } from "../files/storage.ts";
import type { Services } from "../services.ts";
import { answer } from "./answer.ts";
import { checkFiles } from "./check.ts";
import { enqueue } from "./enqueue.ts";
import { RecordedInput, setStatus, settledChat, words } from "./testing/queue-chat.ts";

const ownerId = "ada";
const { db } = await openTestDb("ada", "bob");

describe("the answer to a change", () => {
  it("is the whole queue, when what goes out has gone", async () => {
    const input = new RecordedInput(db);
    const which = { ownerId, chatId: await settledChat(db, ownerId) };
    const changed = await enqueue(db, which, { message: { id: "q1", parts: words("q1") }, kind: "queue" });
    const response = await answer(input.services, changed);
    expect(input.of(which.chatId)).toEqual(["q1"]);
    expect(await response.json()).toMatchObject({ isPaused: false, items: [{ id: "q1", state: "sent" }] });
  });

  it("is a refusal in one sentence, or that there is no such chat", async () => {
    const { services } = new RecordedInput(db);
    const refusal = (status: number, message: RegExp) => ({
      status,
      body: { message: expect.stringMatching(message) },
    });
    await expect(answer(services, undefined)).rejects.toMatchObject(refusal(404, /^There is no such chat\.$/));
    for (const refused of ["sent", "gone", "full"] as const)
      await expect(answer(services, { refused })).rejects.toMatchObject(refusal(409, /^[^.]+\.$/));
  });
});

describe("the files of a queued message", () => {
  it("are refused when they are not there, or when the model that would get them cannot look at them", async () => {
    const models = {
      choose: (id?: string | null) => ({ label: id ?? "default", accepts: { images: id !== "blind" } }),
    } as Services["models"];
    const stores = createFileStores(db, { s3: undefined });
    const which = { ownerId, chatId: await settledChat(db, ownerId) };
    const keep = (owner: string) =>
      files.keep(db, stores, { ownerId: owner, name: "a.png", mediaType: "image/png", bytes: new Uint8Array([1]) });
    const [mine, theirs] = [[filePart(await keep(ownerId))], [filePart(await keep("bob"))]];
    const check = (parts: typeof mine, model?: string) => checkFiles({ db, models }, which, { id: "q1", parts, model });
    await expect(check(theirs)).rejects.toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("no longer there") },
    });
    await expect(check(mine, "blind")).rejects.toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("blind cannot look") },
    });
    await check(mine);
    // Other words for one that waits go to the model that it has, or else to the chat's.
    await setStatus(db, which.chatId, "running");
    await enqueue(db, which, { message: { id: "q1", parts: words("q1") }, kind: "queue", model: "blind" });
    await expect(check(mine)).rejects.toMatchObject({ status: 400 });
    await db.updateTable("queued_message").set({ model: null }).where("chat_id", "=", which.chatId).execute();
    await check(mine);
    await db.updateTable("chat").set({ model: "blind" }).where("id", "=", which.chatId).execute();
    await expect(check(mine)).rejects.toMatchObject({ status: 400 });
  });
});
