import { describe, expect, it } from "vitest";
import { decodeAppendInput, encodeAck, toNewRecord, trimPosition } from "./s2-codec.ts";

const bytes = (text: string) => [...Buffer.from(text)];
const field = (number: number, content: number[]) => [number * 8 + 2, content.length, ...content];
const header = (name: string, value: string) => field(2, [...field(1, bytes(name)), ...field(2, bytes(value))]);
const input = (...records: number[][]) => Uint8Array.from(records.flatMap((record) => field(1, record)));

describe("an append as the S2 client encodes it", () => {
  it("is read record by record, with headers and bodies", () => {
    const records = decodeAppendInput(
      input([...header("a", "1"), ...field(3, bytes("hällo"))], field(3, bytes("two"))),
    );
    expect(records.map((record) => [record.headers, Buffer.from(record.body).toString()])).toEqual([
      [[["a", "1"]], "hällo"],
      [[], "two"],
    ]);
  });

  it("may hold fields this engine does not know", () => {
    const varint = [9 * 8, 0x96, 0x01];
    const fixed64 = [10 * 8 + 1, 0, 0, 0, 0, 0, 0, 0, 0];
    const fixed32 = [11 * 8 + 5, 0, 0, 0, 0];
    const message = Uint8Array.from([...varint, ...fixed64, ...fixed32, ...input(field(3, bytes("x")))]);
    expect(decodeAppendInput(message)).toHaveLength(1);
  });

  it.each([
    ["cut off in a number", [0x80]],
    ["cut off in a field", [10, 200, 1, 0]],
    ["of an unknown wire type", [8 + 3]],
    ["with a number without end", Array.from({ length: 12 }, () => 0xff)],
  ])("is refused when it is %s", (_name, broken) => {
    expect(() => decodeAppendInput(Uint8Array.from(broken))).toThrow(RangeError);
  });
});

describe("records", () => {
  const record = (body: string) => ({ headers: [], body: Buffer.from(body) });

  it("carry the id their writer gave them", () => {
    expect(toNewRecord(record('{"data":{"type":"start"},"id":"aB3_-xy"}'))).toMatchObject({ id: "aB3_-xy" });
  });

  it("have no id when the body has none at its end", () => {
    expect(toNewRecord(record('{"data":{"id":"inner"}}')).id).toBeUndefined();
    expect(toNewRecord(record("")).id).toBeUndefined();
  });

  it("name the position of a trim, and only of a trim", () => {
    const position = Buffer.from([0, 0, 0, 0, 0, 0, 1, 2]);
    expect(trimPosition({ headers: [["", "trim"]], body: position })).toBe(258);
    expect(trimPosition({ headers: [["", "fence"]], body: position })).toBeUndefined();
    expect(trimPosition({ headers: [["x", "trim"]], body: position })).toBeUndefined();
    expect(trimPosition({ headers: [["", "trim"]], body: Buffer.from([1]) })).toBeUndefined();
    expect(trimPosition(record("hello"))).toBeUndefined();
  });
});

it("acknowledges with start, end and tail, in 64-bit numbers", () => {
  const ack = Buffer.from(encodeAck({ startSeq: 1, endSeq: 300, at: 2 ** 41 })).toString("hex");
  const at = "10808080808040";
  expect(ack).toBe(`0a09${"0801"}${at}120a${"08ac02"}${at}1a0a${"08ac02"}${at}`);
});
