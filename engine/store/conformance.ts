import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addSession, unique, type Given } from "./conformance/fixtures.ts";
import { describePackets } from "./conformance/packets.ts";
import { describeRetention } from "./conformance/retention.ts";
import { describeQueue } from "./conformance/run-queue.ts";
import { describeRuns } from "./conformance/runs.ts";
import { describeSessions } from "./conformance/sessions.ts";
import { describeStreams } from "./conformance/streams.ts";
import { describeTaskRuns } from "./conformance/task-runs.ts";
import { describeTelemetry } from "./conformance/telemetry.ts";
import { describeBatches } from "./conformance/batches.ts";
import { describeWaitpoints } from "./conformance/waitpoints.ts";
import { describeWorkers } from "./conformance/workers.ts";
import { describeWriters } from "./conformance/writers.ts";
import type { Store } from "./store.ts";

/** `drop` closes the store and removes what it kept. */
export type StoreUnderTest = { store: Store; drop(): Promise<void> };

/** What every store must do. `create` gives an empty one, migrated. */
export function describeStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let made: StoreUnderTest;
    beforeAll(async () => void (made = await create()));
    afterAll(() => made.drop());
    const given: Given = {
      get store() {
        return made.store;
      },
    };

    describe("a session", () => describeSessions(given));
    describe("a run", () => describeRuns(given));
    describe("a queued run", () => describeQueue(given));
    describe("a task's run", () => describeTaskRuns(given));
    describe("a stream", () => describeStreams(given));
    describe("a run that writes", () => describeWriters(given));
    describe("a batch", () => describeBatches(given));
    describe("a waitpoint", () => describeWaitpoints(given));
    describe("a worker", () => describeWorkers(given));

    describe("forgetting", () => describeRetention(given));

    describe("a snapshot", () => {
      it("is the last one written, byte for byte", async () => {
        const { id } = await addSession(given);
        expect(await given.store.snapshots.read(id)).toBeUndefined();
        for (const body of [Buffer.from("first"), Buffer.from([0, 255, 10, 0])]) {
          await given.store.snapshots.write(id, body);
          expect(await given.store.snapshots.read(id)).toEqual(body);
        }
      });
    });

    describe("a packet", () => describePackets(given));

    describe("telemetry", () => describeTelemetry(given));

    describe("a transaction", () => {
      it("gives what its work gives, and shows nobody else what it has not finished", async () => {
        const stream = unique("stream");
        const seen = await given.store.transaction(async (tx) => {
          await tx.streams.append(stream, [{ body: "a" }]);
          return [await tx.streams.nextSeq(stream), await given.store.streams.nextSeq(stream)];
        });
        expect(seen).toEqual([1, 0]);
        expect(await given.store.streams.nextSeq(stream)).toBe(1);
      });
    });

    it("is brought up to date as often as asked, by several at once", async () => {
      await Promise.all([given.store.migrate(), given.store.migrate()]);
    });

    it("knows an absence from a refusal", () => {
      expect(given.store.isAway(Object.assign(new Error("gone"), { code: "ECONNREFUSED" }))).toBe(true);
      expect(given.store.isAway(new Error("duplicate key"))).toBe(false);
      expect(given.store.isAway("ECONNREFUSED")).toBe(false);
    });
  });
}
