import { ApiClient } from "@trigger.dev/core/v3";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Conversation, currentRun, LONG, strikeAt } from "./conversation.ts";
import { secretKey, startRig, type Rig } from "./harness.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
  await rig.startWorker();
});
afterAll(() => rig.stop());

const headers = { authorization: `Bearer ${secretKey}`, "content-type": "application/json" };

/** All records of the chat's output so far. */
async function output(chat: Conversation): Promise<unknown[]> {
  const response = await fetch(`${rig.url}/realtime/v1/sessions/${chat.id}/out/records`, { headers });
  return ((await response.json()) as { records: unknown[] }).records;
}

it("a run that goes on after it was given up writes nothing more, and its successor's answer is whole", async () => {
  const chat = new Conversation(rig.url);
  const client = new ApiClient(rig.url, secretKey);
  const text = await strikeAt(10, await chat.send(LONG), async () => {
    const zombie = await currentRun(chat.id);
    // Without its worker nobody ends the run's process, nor starts the next one.
    const resume = rig.pauseWorker();
    try {
      const body = JSON.stringify({ runFriendlyIds: [zombie] });
      await fetch(`${rig.url}/engine/v1/dev/disconnect`, { method: "POST", headers, body });
      expect(await currentRun(chat.id)).not.toBe(zombie);
      const before = await output(chat);
      // Its writer's span ends when it has been refused, or has written all it has.
      await vi.waitFor(
        async () => expect(JSON.stringify(await client.retrieveRunTrace(zombie))).toMatch(/sessions\.(pipe|writer)/),
        { timeout: 30_000, interval: 100 },
      );
      expect(await output(chat)).toEqual(before);
      expect(JSON.stringify(before)).not.toContain("w60");
    } finally {
      resume();
    }
  });
  expect(text).toMatch(/ w59 w60$/);
  expect(text.match(/w10 /g)).toHaveLength(1);
});
