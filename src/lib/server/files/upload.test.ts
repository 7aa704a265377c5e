import { describe, expect, it } from "vitest";
import { openTestDb } from "../../../../tests/support/test-db.ts";
import { MAX_FILE_BYTES, NOT_TAKEN, TOO_LARGE } from "../../tools/file-rules.ts";
import * as files from "./files.ts";
import { createFileStores, readAll } from "./storage.ts";
import { receive } from "./upload.ts";

const { db } = await openTestDb("ada");

const services = () => ({ db, files: createFileStores(db, { s3: undefined }) });
const send = (body: BodyInit | null, headers: Record<string, string> = { "x-file-name": "a.txt" }) =>
  receive(services(), "ada", new Request("http://skein/api/files", { method: "POST", body, headers }));
const count = async () => (await db.selectFrom("file").select("id").execute()).length;

describe("an upload", () => {
  it("is kept under its clean name, as what it is", async () => {
    const received = await send("Grüße", {
      "x-file-name": encodeURIComponent("../Grüße.html"),
      "content-type": "text/html",
    });
    expect(received).toMatchObject({ ok: true, file: { name: "Grüße.html", mediaType: "text/plain", size: 7 } });
    const fileId = received.ok ? received.file.id : "";
    expect(await files.find(db, { ownerId: "ada", fileId })).toMatchObject({ name: "Grüße.html" });
    const bytes = await services().files.of("postgres").get(fileId);
    expect(bytes && Buffer.from(await readAll(bytes)).toString()).toBe("Grüße");
  });

  it("takes 10 MB exactly", async () => {
    expect(await send("a".repeat(MAX_FILE_BYTES))).toMatchObject({ ok: true, file: { size: MAX_FILE_BYTES } });
  });

  it("of more is refused by what it announces, before any of it is read", async () => {
    const before = await count();
    let read = 0;
    const body = new ReadableStream({ pull: () => void read++ }, { highWaterMark: 0 });
    const headers = { "x-file-name": "a", "content-length": String(MAX_FILE_BYTES + 1) };
    expect(await receive(services(), "ada", { body, headers: new Headers(headers) })).toEqual({
      ...{ ok: false, status: 413, problem: TOO_LARGE },
    });
    expect([read, await count()]).toEqual([0, before]);
  });

  it("that announces nothing, or too little, is counted", async () => {
    const before = await count();
    const piece = new Uint8Array(1024 * 1024).fill(65);
    let pieces = 0;
    const body = new ReadableStream({
      pull: (controller) => {
        pieces++;
        controller.enqueue(piece);
      },
    });
    const headers = new Headers({ "x-file-name": "a", "content-length": "5" });
    expect(await receive(services(), "ada", { body, headers })).toMatchObject({ ok: false, status: 413 });
    expect(pieces).toBeLessThan(15);
    expect(await count()).toBe(before);
  });

  it.each<[string, Record<string, string>, BodyInit | null, number, string | RegExp]>([
    ["nothing", { "x-file-name": "a" }, null, 400, "This file is empty."],
    ["no name", {}, "hello", 400, /x-file-name/],
    ["an empty name", { "x-file-name": "" }, "hello", 400, /x-file-name/],
    ["a name that is no encoding", { "x-file-name": "%E0%A4%A" }, "hello", 400, /x-file-name/],
    ["what is neither image nor text", { "x-file-name": "cat.png" }, new Uint8Array([1, 2, 3, 0]), 415, NOT_TAKEN],
  ])("of %s is refused in a sentence", async (_what, headers, body, status, problem) => {
    const before = await count();
    expect(await send(body, headers)).toEqual({
      ...{ ok: false, status },
      problem: typeof problem === "string" ? problem : expect.stringMatching(problem),
    });
    expect(await count()).toBe(before);
  });
});
