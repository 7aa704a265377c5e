import { convertToModelMessages, generateText, type UIMessage } from "ai";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMockOpenAI, type MockOpenAI } from "../../../../tests/support/mock-openai.ts";
import { openTestDb } from "../../../../tests/support/test-db.ts";
import { filePart, type AttachedFile } from "../../tools/file.ts";
import * as chats from "../chats.ts";
import { createModelRegistry, describeModelError } from "../models/index.ts";
import * as files from "./files.ts";
import { withFiles } from "./model-files.ts";
import { createFileStores } from "./storage.ts";

const SEEING = "compatible:seeing";
const BLIND = "compatible:blind";

const { db } = await openTestDb("ada", "bob");
let mock: MockOpenAI;
let chatId: string;
/** Somebody else's server, which nothing may ever ask. */
let inside: Server;
let asked = 0;

beforeAll(async () => {
  mock = await startMockOpenAI();
  ({ chatId } = await chats.create(db, { ownerId: "ada", text: "hello" }));
  inside = createServer((_request, response) => {
    asked++;
    response.end("inside");
  }).listen(0, "127.0.0.1");
  await once(inside, "listening");
});
afterAll(async () => {
  inside.close();
  await mock.close();
});

const stores = () => createFileStores(db, { s3: undefined });
const registry = () =>
  createModelRegistry({
    providers: {
      ...{ anthropicApiKey: undefined, openaiApiKey: undefined, googleApiKey: undefined },
      openaiCompatible: {
        baseUrl: mock.url,
        apiKey: undefined,
        models: ["seeing", "blind"],
        visionModels: ["seeing"],
        contextWindow: 8000,
      },
    },
    defaultModel: undefined,
    modelTimeoutMs: 5_000,
    demo: { ttftMs: 0, tokensPerSecond: 100_000 },
  });

const given = (id: string) => {
  const models = registry();
  return withFiles(models.resolve(id), models.choose(id), { db, files: stores(), chatId });
};

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const keepImage = (ownerId = "ada") =>
  files.keep(db, stores(), { ownerId, name: "cat.png", mediaType: "image/png", bytes: PNG });
const keepText = (text: string, ownerId = "ada") =>
  files.keep(db, stores(), {
    ownerId,
    name: "notes.md",
    mediaType: "text/plain",
    bytes: new TextEncoder().encode(text),
  });

type Part = UIMessage["parts"][number];
const said = (text: string): Part => ({ type: "text", text });
const user = (...parts: (Part | AttachedFile)[]): UIMessage => ({
  id: crypto.randomUUID(),
  role: "user",
  parts: parts.map((part) => ("type" in part ? part : filePart(part))),
});
const answer: UIMessage = { id: "a", role: "assistant", parts: [said("an answer")] };

/** What a turn would do; the request that the provider got, or the sentence of why it got none. */
async function ask(model: string, ...messages: UIMessage[]) {
  const before = mock.requests.length;
  try {
    await generateText({
      ...given(model),
      messages: await convertToModelMessages(messages),
      maxRetries: 0,
    });
    return mock.requests[before];
  } catch (error) {
    expect(mock.requests.length).toBe(before);
    return describeModelError(error);
  }
}

it("tells a model of the files that it made, and neither sends them nor has anybody fetch them", async () => {
  const { port } = inside.address() as AddressInfo;
  const file = (url: string, filename?: string): Part => ({ type: "file", mediaType: "image/png", url, filename });
  const made = [
    said("Look:"),
    file("data:image/png;base64,AAAA", "chart.png"),
    file(`http://127.0.0.1:${port}/far.png`),
  ];
  const got = await ask(SEEING, user(said("draw")), { ...answer, parts: made }, user(said("and now?")));
  expect(got).toHaveProperty("messages");
  expect(JSON.stringify(got)).toContain("[A file that you made: ");
  expect(JSON.stringify(got)).not.toMatch(/AAAA|far\.png/);
  expect(asked).toBe(0);
});

describe("a model", () => {
  it("gets an image as its bytes, and a text as text with its name", async () => {
    const request = await ask(SEEING, user(await keepImage(), await keepText("remember the milk"), said(" words=1")));
    expect(request).toMatchObject({
      images: [`data:image/png;base64,${Buffer.from(PNG).toString("base64")}`],
      prompt: '<file name="notes.md">\nremember the milk\n</file> words=1',
    });
  });

  it("gets those of earlier messages as well", async () => {
    const request = await ask(
      SEEING,
      user(await keepText("the first"), said("words=1")),
      answer,
      user(said("words=1")),
    );
    expect(request).toMatchObject({
      messages: [{ content: expect.stringContaining("the first") }, { role: "assistant" }, { content: "words=1" }],
    });
  });

  it("that cannot see is not asked about an image, and the person is told", async () => {
    const sentence = "blind cannot look at images. Choose another model, or remove the image.";
    expect(await ask(BLIND, user(await keepImage(), said("words=1")))).toBe(sentence);
    expect(await ask(BLIND, user(await keepText("text is fine"), said(" words=1")))).toMatchObject({ model: "blind" });
  });

  it("that cannot see goes on with a conversation in which another one did", async () => {
    const request = await ask(BLIND, user(await keepImage(), said("words=1")), answer, user(said("words=1 and now?")));
    expect(request).toMatchObject({
      images: [],
      prompt: "words=1 and now?",
      messages: [{ content: "[The image cat.png, which you cannot see]words=1" }, {}, {}],
    });
  });

  it("that is the demo says what it got", async () => {
    const { text } = await generateText({
      ...given("demo:skein"),
      messages: await convertToModelMessages([user(await keepImage(), await keepText("a long essay\nplease"))]),
    });
    expect(text).toContain("**cat.png**: an image (image/png) of 11 bytes");
    expect(text).toContain("**notes.md**: a text of 2 lines, 19 characters");
  });
});

describe("a message that names what is not its owner's", () => {
  it("gets nothing of another person's file, and the same words as for one that never was", async () => {
    const theirs = await keepText("bob's secret", "bob");
    const never = { ...theirs, id: crypto.randomUUID() };
    const sentences = [
      await ask(SEEING, user(theirs, said("words=1"))),
      await ask(SEEING, user(never, said("words=1"))),
    ];
    expect(sentences).toEqual(
      Array(2).fill("notes.md is no longer there. Send the message again with the file added anew."),
    );
    const later = await ask(SEEING, user(theirs, said(" words=1")), answer, user(said("words=1")));
    expect(later).toMatchObject({ messages: [{ content: "[A file that is no longer there] words=1" }, {}, {}] });
    expect(JSON.stringify(mock.requests)).not.toContain("secret");
  });

  it.each([
    [
      "an address inside our network",
      () => `http://127.0.0.1:${(inside.address() as AddressInfo).port}/latest/meta-data`,
    ],
    ["a cloud's metadata", () => "http://169.254.169.254/latest/meta-data/"],
    ["a file of this machine", () => "file:///etc/passwd"],
    ["inline data", () => `data:image/png;base64,${Buffer.from(PNG).toString("base64")}`],
    ["our scheme with something else behind it", () => "skein-file:../../etc/passwd"],
  ])("with %s is sent without it, and nothing is fetched", async (_what, url) => {
    for (const mediaType of ["image/png", "text/plain"]) {
      const request = await ask(SEEING, user({ type: "file", url: url(), mediaType }, said("words=1")));
      expect(request).toMatchObject({ images: [], prompt: "words=1" });
    }
    // The SDK does not take such a part at all. (The agent drops it before.)
    const untyped = { type: "file", url: url() } as Part;
    if (!url().startsWith("data:"))
      expect(await ask(SEEING, user(untyped, said("words=1")))).toMatch(/unexpected error/);
    const alone = await ask(SEEING, user({ type: "file", url: url(), mediaType: "image/png" }));
    expect(alone).toMatchObject({ images: [], prompt: "[Nothing]" });
    expect(asked).toBe(0);
  });
});

describe("too many bytes for one request", () => {
  it("are refused before any is read", async () => {
    const many = [];
    for (let at = 0; at < 4; at++) {
      const file = await keepText("x");
      many.push(file);
      await db.updateTable("file").set({ size: 9_000_000 }).where("id", "=", file.id).execute();
      await stores().of("postgres").delete(file.id);
    }
    expect(await ask(SEEING, user(...many, said("words=1")))).toMatch(/more than 32 MB together/);
  });
});
