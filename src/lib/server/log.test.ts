import { expect, it } from "vitest";
import { freePort } from "../../../tests/support/ports.ts";
import { createLog } from "./log.ts";
import { createRealtime } from "./realtime.ts";

const port = await freePort();

function logged() {
  const lines: Record<string, unknown>[] = [];
  const clock = { now: 0 };
  const log = createLog({ write: (line) => void lines.push(JSON.parse(line)) }, () => clock.now);
  return { lines, clock, log };
}

/** What the platform's client throws when nobody listens. */
async function refused(): Promise<unknown> {
  const apiUrl = `http://127.0.0.1:${port}`;
  const realtime = createRealtime({ secretKey: "tr_x", apiUrl, projectRef: "proj", dashboardPath: undefined });
  return realtime.accessToken("chat").then(
    () => undefined,
    (error: unknown) => error,
  );
}

it("mentions an outage once, without a stack, however many chats it concerns, and again after a while", async () => {
  const { lines, clock, log } = logged();
  for (let n = 0; n < 5; n++) log.warn({ err: await refused(), chatId: `chat-${n}` }, "no access token for a chat");
  log.warn({ err: await refused() }, "recovery sweep failed");
  const reason = `connect ECONNREFUSED 127.0.0.1:${port}`;
  expect(lines.map(({ msg, reason, err }) => ({ msg, reason, err }))).toEqual([
    { msg: "no access token for a chat", reason, err: undefined },
    { msg: "recovery sweep failed", reason, err: undefined },
  ]);
  clock.now = 31_000;
  log.warn({ err: await refused() }, "no access token for a chat");
  expect(lines[2]).toMatchObject({ unmentioned: 4, reason });
});

it("says everything about what nobody expects", () => {
  const { lines, log } = logged();
  for (let n = 0; n < 2; n++) log.error({ err: new Error("a bug"), chatId: "c" }, "request failed");
  log.info("plain");
  expect(lines).toEqual([
    expect.objectContaining({ chatId: "c", err: expect.objectContaining({ stack: expect.any(String) }) }),
    expect.objectContaining({ chatId: "c" }),
    expect.objectContaining({ msg: "plain" }),
  ]);
});
