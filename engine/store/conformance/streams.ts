import { beforeEach, expect, it } from "vitest";
import { after, now, unique, type Given } from "./fixtures.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

export function describeStreams(given: Given): void {
  let stream: string;
  beforeEach(() => void (stream = unique("stream")));

  const append = (...texts: string[]) =>
    given.store.streams.append(
      stream,
      texts.map((body) => ({ body, id: body })),
    );
  const bodies = async (fromSeq = 0, limit?: number) =>
    (await given.store.streams.read(stream, fromSeq, limit)).map((record) => `${record.seq} ${record.body}`);

  it("is empty before its first append", async () => {
    expect(await given.store.streams.nextSeq(stream)).toBe(0);
    expect(await bodies()).toEqual([]);
    expect(await given.store.streams.lastRecord(stream)).toBeUndefined();
    expect(await given.store.streams.oldestUnanswered(stream, null)).toBeUndefined();
  });

  it("gives back what was appended, in order, from any position, as many as asked for", async () => {
    const headers: [string, string][] = [["trigger-control", "turn-complete"]];
    const appended = await given.store.streams.append(stream, [{ body: "a" }, { body: "", headers }]);
    expect(appended).toMatchObject({ startSeq: 0, endSeq: 2 });
    const { at } = appended;
    expect(await given.store.streams.read(stream, 0)).toEqual([
      { seq: 0, body: "a", headers: null, at },
      { seq: 1, body: "", headers, at },
    ]);
    expect(appended.records).toEqual(await given.store.streams.read(stream, 0));
    await append("c", "d");
    expect(await bodies(2)).toEqual(["2 c", "3 d"]);
    expect(await bodies(1, 2)).toEqual(["1 ", "2 c"]);
    expect(await given.store.streams.nextSeq(stream)).toBe(4);
  });

  it("has contiguous positions, each batch together, however many append at once", async () => {
    const acks = await Promise.all(
      numbers(20).map((n) =>
        given.store.streams.append(stream, [{ body: `${n}` }, { body: `${n}` }, { body: `${n}` }]),
      ),
    );
    const records = await given.store.streams.read(stream, 0);
    expect(records.map((record) => record.seq)).toEqual(numbers(60));
    expect(acks.map((ack) => ack.startSeq).sort((a, b) => a - b)).toEqual(numbers(20).map((n) => n * 3));
    for (const ack of acks) expect(new Set(ack.records.map(({ seq }) => records[seq]?.body)).size).toBe(1);
  });

  it("stores a batch that is sent again once, also when it is sent three times at once", async () => {
    const acks = await Promise.all([append("a", "b"), append("a", "b"), append("a", "b")]);
    for (const ack of acks) expect(ack).toMatchObject({ startSeq: 0, endSeq: 2 });
    expect(acks.filter((ack) => ack.records.length > 0)).toHaveLength(1);
    expect(await bodies()).toEqual(["0 a", "1 b"]);
    expect(await append("c")).toMatchObject({ startSeq: 2, endSeq: 3 });
  });

  it("keeps streams apart that are written to at the same time", async () => {
    const names = numbers(10).map((n) => `${stream}-${n}`);
    const appends = names.flatMap((name) =>
      numbers(20).map((n) => given.store.streams.append(name, [{ body: `${name} ${n}`, id: `${n}` }])),
    );
    const acks = await Promise.all(appends);
    for (const [index, ack] of acks.entries()) {
      const record = (await given.store.streams.read(names[Math.floor(index / 20)] ?? "", ack.startSeq, 1))[0];
      expect(record?.body).toBe(`${names[Math.floor(index / 20)]} ${index % 20}`);
    }
  });

  it("recognises records in whatever batches they come again", async () => {
    await append("a", "b");
    await append("c");
    expect(await append("b", "c", "d")).toMatchObject({ startSeq: 1, endSeq: 4, records: [{ seq: 3, body: "d" }] });
    expect(await append("d", "e")).toMatchObject({ startSeq: 3, endSeq: 5, records: [{ seq: 4, body: "e" }] });
    expect(await append("a")).toMatchObject({ startSeq: 0, endSeq: 1, records: [] });
    expect(await bodies()).toEqual(["0 a", "1 b", "2 c", "3 d", "4 e"]);
  });

  it("skips what is known between new records, and acknowledges as many positions as were sent", async () => {
    await append("b");
    const ack = await append("a", "b", "c");
    expect(ack.records.map(({ seq, body }) => `${seq} ${body}`)).toEqual(["1 a", "2 c"]);
    expect([ack.endSeq, ack.endSeq - ack.startSeq]).toEqual([3, 3]);
    expect(await bodies()).toEqual(["0 b", "1 a", "2 c"]);
  });

  it("knows records by their id alone: without one each is new, and one id may be in two streams", async () => {
    for (const position of [0, 1]) {
      expect(await given.store.streams.append(stream, [{ body: "same" }])).toMatchObject({ startSeq: position });
    }
    await append("x");
    const other = unique("stream");
    expect(await given.store.streams.append(other, [{ body: "x", id: "x" }])).toMatchObject({ startSeq: 0 });
    expect(await append("y", "y")).toMatchObject({ startSeq: 3, endSeq: 5 });
  });

  it("takes back an append whose transaction fails, and leaves no gap", async () => {
    await append("a");
    const failing = given.store.transaction(async (tx) => {
      await tx.streams.append(stream, [{ body: "lost" }]);
      throw new Error("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    expect(await append("b")).toMatchObject({ startSeq: 1 });
    expect(await bodies()).toEqual(["0 a", "1 b"]);
  });

  it("finds the oldest record that wants an answer", async () => {
    await given.store.streams.append(stream, [{ body: "stop" }], false);
    await given.store.streams.append(stream, [{ body: "question" }, { body: "another" }], true);
    const oldest = (answeredSeq: number | null) => given.store.streams.oldestUnanswered(stream, answeredSeq);
    expect([await oldest(null), await oldest(0), await oldest(1), await oldest(2)]).toEqual([1, 1, 2, undefined]);
  });

  it("ends with its last record that is no command", async () => {
    await append("a");
    await given.store.streams.append(stream, [{ body: "", headers: [["", "trim"]] }]);
    expect(await given.store.streams.lastRecord(stream)).toMatchObject({ seq: 0, body: "a" });
  });

  it("is trimmed when the time has come, once, and never behind a later trim or beyond its end", async () => {
    await append("a", "b", "c", "d");
    await given.store.streams.requestTrim(stream, 2, after(1000));
    await given.store.streams.deleteTrimmed(after(999));
    expect(await bodies()).toHaveLength(4);
    await given.store.streams.deleteTrimmed(after(1000));
    expect(await bodies()).toEqual(["2 c", "3 d"]);

    await given.store.streams.requestTrim(stream, 3, now);
    await given.store.streams.requestTrim(stream, 1, now);
    await given.store.streams.deleteTrimmed(now);
    expect(await bodies()).toEqual(["3 d"]);

    await given.store.streams.requestTrim(stream, 99, now);
    await append("e");
    await given.store.streams.deleteTrimmed(now);
    expect(await bodies()).toEqual(["4 e"]);
    expect(await append("f")).toMatchObject({ startSeq: 5 });
  });

  it("keeps each of two streams to itself", async () => {
    const other = unique("stream");
    await given.store.streams.append(other, [{ body: "other" }]);
    await append("a");
    await given.store.streams.requestTrim(other, 1, now);
    await given.store.streams.deleteTrimmed(now);
    expect(await bodies()).toEqual(["0 a"]);
  });
}
