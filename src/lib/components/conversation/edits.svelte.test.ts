import { beforeEach, expect, test, vi } from "vitest";
import type { AttachedFile } from "$lib/tools/file.ts";
import { questionParts } from "$lib/tools/message.ts";
import { Attachments } from "../composer/attachments.svelte.ts";
import type { upload } from "../composer/upload.ts";
import { Edits } from "./edits.svelte.ts";
import { type CommandParts, MessageCommands } from "./message-commands.ts";

const uploads = vi.hoisted(() => vi.fn<typeof upload>());
vi.mock("../composer/upload.ts", () => ({ upload: uploads, isKept: () => true, UploadError: class extends Error {} }));
vi.mock("$app/navigation", () => ({ goto: vi.fn() }));
vi.mock("$app/paths", () => ({ resolve: vi.fn() }));
vi.mock("$app/state", () => ({ page: {}, navigating: {} }));
vi.mock("./chat-api.ts", () => ({}));

const cat: AttachedFile = { id: "00000000-0000-4000-8000-000000000001", name: "cat.txt", mediaType: "text/plain" };
const dog: AttachedFile = { ...cat, id: "00000000-0000-4000-8000-000000000002", name: "dog.txt" };
const picked = new File(["woof"], dog.name);
const blind = { id: "m", label: "Mole", accepts: { images: false } };

beforeEach(() => void uploads.mockReset().mockResolvedValue(dog));

/** An edit box that is open over a question with a file. */
function opened(text = "look") {
  const edits = new Edits();
  edits.open("question", null, { text, files: [cat] });
  const edit = edits.current;
  if (!edit) throw new Error("no box is open");
  const attachments = (edit.attachments = new Attachments(edit));
  const error = { messageId: "question" };
  const session = {
    ...{ messages: [{ id: "question", role: "user", parts: questionParts(text, [cat]) }], error },
    ...{ edit: vi.fn(() => Promise.resolve(true)), retry: vi.fn(() => Promise.resolve(true)), giveUp() {} },
  };
  const scroll = { keep: (_: unknown, change: () => void) => Promise.resolve(change()) };
  const parts = { session, scroll, edits, models: [blind], model: () => blind, focusComposer() {}, onchange() {} };
  const commands = new MessageCommands({ ...parts, onproblem() {} } as unknown as CommandParts);
  return { edits, edit, attachments, session, commands };
}

/** An upload that ends when the test says so. */
function held() {
  let end = (_: AttachedFile) => {};
  uploads.mockReturnValueOnce(new Promise((resolve) => (end = resolve)));
  return () => end(dog);
}

test("files are taken away and added, and exactly those that are left are sent", async () => {
  const { edits, attachments, session, commands } = opened();
  attachments.remove(cat);
  attachments.add([picked]);
  await commands.saveEdit();
  expect(session.edit).toHaveBeenCalledExactlyOnceWith("question", questionParts("look", [dog]));
  expect(edits.current).toBeNull();
});

test("of the same file twice, one is taken away", () => {
  const { edit, attachments } = opened();
  const again = { ...cat };
  edit.attach([cat, again]);
  attachments.remove(again);
  expect(edit.files).toEqual([cat]);
});

test("saving waits for what is on its way, once", async () => {
  const { edits, edit, attachments, session, commands } = opened();
  const end = held();
  attachments.add([picked]);
  const saved = commands.saveEdit();
  await commands.saveEdit();
  expect([attachments.isAwaited, edits.current, session.edit.mock.calls]).toEqual([true, edit, []]);
  end();
  await saved;
  expect(session.edit).toHaveBeenCalledExactlyOnceWith("question", questionParts("look", [cat, dog]));
});

test.each<[string, (all: ReturnType<typeof opened>) => void]>([
  ["given up", ({ commands }) => commands.cancelEdit()],
  [
    "given up and begun again",
    ({ edits, edit }) => {
      edits.forget("question");
      edits.open("question", null, edit);
    },
  ],
  ["on a branch that was left", ({ session }) => session.messages.splice(0)],
])("an edit that is %s while it waits is not sent", async (_, meanwhile) => {
  vi.stubGlobal("CSS", { escape: String });
  vi.stubGlobal("document", { querySelector: () => null });
  const all = opened();
  const end = held();
  all.attachments.add([picked]);
  const saved = all.commands.saveEdit();
  meanwhile(all);
  end();
  await saved;
  vi.unstubAllGlobals();
  expect(all.session.edit).not.toHaveBeenCalled();
});

test("what did not arrive keeps it from being sent until it is tried again or taken away", async () => {
  const { edit, attachments, session, commands } = opened();
  uploads.mockRejectedValueOnce(new Error("The upload broke off."));
  attachments.add([picked]);
  await commands.saveEdit();
  expect(edit.problem).toBe("dog.txt was not added. Try it again, or remove it.");
  expect(session.edit).not.toHaveBeenCalled();
  attachments.pending.forEach((pending) => attachments.retry(pending));
  await commands.saveEdit();
  expect(session.edit).toHaveBeenCalledExactlyOnceWith("question", questionParts("look", [cat, dog]));
});

test("files alone are a message, and neither text nor files are none", async () => {
  const { edit, attachments, session, commands } = opened("");
  attachments.remove(cat);
  await commands.saveEdit();
  expect([edit.problem, session.edit.mock.calls]).toEqual(["Write a message first.", []]);
  attachments.add([picked]);
  await commands.saveEdit();
  expect(session.edit).toHaveBeenCalledExactlyOnceWith("question", questionParts("", [dog]));
});

test("a model that sees nothing is sent no image", async () => {
  const { edit, session, commands } = opened();
  edit.attach([{ ...cat, mediaType: "image/png" }]);
  await commands.saveEdit();
  expect(edit.problem).toBe("Mole cannot look at images. Choose another model, or remove the image.");
  expect(session.edit).not.toHaveBeenCalled();
});

test("what could not be sent is in the box again; only the very same is sent by retrying", async () => {
  const { edits, edit, attachments, session, commands } = opened();
  session.edit.mockResolvedValue(false);
  session.retry.mockResolvedValue(false);
  attachments.add([picked]);
  await commands.saveEdit();
  expect(edits.current).toBe(edit);
  expect(edit).toMatchObject({ text: "look", files: [cat, dog] });
  await commands.retry();
  expect([session.retry.mock.calls.length, session.edit.mock.calls.length]).toEqual([1, 1]);

  attachments.remove(cat);
  await commands.retry();
  expect(session.retry).toHaveBeenCalledOnce();
  expect(session.edit).toHaveBeenLastCalledWith("question", questionParts("look", [dog]));
  const end = held();
  attachments.add([picked]);
  const retried = commands.retry();
  end();
  await retried;
  expect(session.retry).toHaveBeenCalledOnce();
  expect(session.edit).toHaveBeenLastCalledWith("question", questionParts("look", [dog, dog]));
});

test("a box that is closed keeps what is in it and on its way, until it is forgotten", async () => {
  const { edits, edit, attachments } = opened();
  edit.text = "look again";
  const end = held();
  attachments.add([picked]);
  edits.close();
  edits.open("other", null, { text: "other", files: [] });
  end();
  await attachments.settled(undefined);
  edits.open("question", null, { text: "look", files: [cat] });
  expect(edits.current).toMatchObject({ text: "look again", files: [cat, dog] });

  held();
  attachments.add([picked]);
  await vi.waitFor(() => expect(uploads).toHaveBeenCalledTimes(2), { timeout: 10_000 });
  edits.forget("question");
  expect(uploads.mock.lastCall?.[1].signal.aborted).toBe(true);
  edits.open("question", null, { text: "look", files: [cat] });
  expect(edits.current).toMatchObject({ text: "look", files: [cat] });
});
