import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestEngine, type TestEngine } from "../testing/engine.ts";

const MIB = 1024 * 1024;

let engine: TestEngine;
beforeAll(async () => void (engine = await createTestEngine()));
afterAll(() => engine.stop());

const json = async (response: Response) => (await response.json()) as Record<string, string>;
const pathOf = (url: string | undefined) => new URL(url ?? "").pathname + new URL(url ?? "").search;

/** Asks for a place as the SDK does, under a name of its choice. */
async function place() {
  const answer = await engine.call("PUT", `/api/v2/packets/${encodeURIComponent("run_x/../payload.json")}`);
  const { presignedUrl, storagePath = "" } = await json(answer);
  return { url: pathOf(presignedUrl), name: storagePath };
}
const upload = (url: string, body: string, type = "text/plain") =>
  engine.call("PUT", url, body, { "content-type": type });
const readUrl = async (name: string) =>
  pathOf((await json(await engine.call("GET", `/api/v1/packets/${name}`))).presignedUrl);

describe("a packet", () => {
  it("is given back as it was uploaded, with its type", async () => {
    for (const type of ["text/plain", "application/json", "application/super+json"]) {
      const { url, name } = await place();
      const text = `${type} \0 \ud83d\ude00 ${"x".repeat(MIB)}`;
      expect((await upload(url, text, type)).status).toBe(200);
      const got = await engine.call("GET", await readUrl(name), undefined, {});
      expect(got.headers.get("content-type")).toBe(type);
      expect(got.headers.get("x-content-type-options")).toBe("nosniff");
      expect(await got.text()).toBe(text);
    }
  });

  it("has a name nobody chose, and stays what it was when its upload is repeated or forged", async () => {
    const [first, second] = [await place(), await place()];
    expect(first.name).toMatch(/^packet_[a-z0-9]{25}$/);
    expect(second.name).not.toBe(first.name);
    await upload(first.url, "mine");
    expect((await upload(first.url, "mine")).status).toBe(200);
    await upload(first.url, "another");
    const url = await readUrl(first.name);
    expect(await (await engine.call("GET", url, undefined, {})).text()).toBe("mine");
    expect((await upload(url, "another")).status).toBe(403);
    expect((await upload(url.replace(first.name, second.name), "another")).status).toBe(403);
    expect((await engine.call("GET", first.url, undefined, {})).status).toBe(403);
  });

  it("is refused when it is too large, of another type, or not there", async () => {
    const { url, name } = await place();
    expect((await engine.call("GET", `/api/v1/packets/${name}`)).status).toBe(404);
    expect((await upload(url, "x".repeat(16 * MIB + 1))).status).toBe(413);
    expect((await upload(url, "<script>", "text/html")).status).toBe(400);
    expect((await engine.call("GET", `/api/v1/packets/${name}`)).status).toBe(404);
  });
});

describe("a run whose payload is a packet", () => {
  const trigger = (payload: string) =>
    engine.call("POST", "/api/v1/tasks/large/trigger", { payload, options: { payloadType: "application/store" } });

  it("tells its owner where to read it, and nobody else", async () => {
    const { url, name } = await place();
    await upload(url, '{"a":1}', "application/json");
    const { id = "" } = await json(await trigger(name));
    const run = await json(await engine.call("GET", `/api/v3/runs/${id}`));
    expect(run.payload).toBeUndefined();
    const got = await engine.call("GET", pathOf(run.payloadPresignedUrl), undefined, {});
    expect(await got.json()).toEqual({ a: 1 });
  });

  it("is not started when there is no such packet", async () => {
    expect((await trigger("packet_nowhere")).status).toBe(404);
    expect((await trigger("x".repeat(5_000))).status).toBe(404);
  });
});

it("shows a payload that is not of the type it was sent as as it is", async () => {
  const sent = { payload: "{not json", options: { payloadType: "application/json" } };
  const { id = "" } = await json(await engine.call("POST", "/api/v1/tasks/odd/trigger", sent));
  const response = await engine.call("GET", `/api/v3/runs/${id}`);
  expect([response.status, (await json(response)).payload]).toEqual([200, "{not json"]);
});
