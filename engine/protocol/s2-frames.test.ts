import { describe, expect, it } from "vitest";
import { encodeErrorFrame, encodeFrame, FrameReader } from "./s2-frames.ts";

const bodies = ["one", "", "three".repeat(1000)];
const wire = Buffer.concat(bodies.map((body) => encodeFrame(Buffer.from(body))));

describe("frames", () => {
  it.each([1, 2, 3, 5, 7, 1000, wire.length])("come out whole when they arrive %i bytes at a time", (size) => {
    const reader = new FrameReader();
    const read: string[] = [];
    for (let at = 0; at < wire.length; at += size)
      read.push(...reader.push(wire.subarray(at, at + size)).map((body) => body.toString()));
    expect(read).toEqual(bodies);
  });

  it.each([
    ["no room for a flag", [0, 0, 0, 0]],
    ["more than 2 MiB", [0x20, 0, 1, 0]],
    ["compression", [0, 0, 2, 0x20, 1]],
  ])("with %s are refused", (_name, broken) => {
    expect(() => new FrameReader().push(Buffer.from(broken))).toThrow(RangeError);
  });

  it("can end a session with a status and a reason", () => {
    const frame = encodeErrorFrame(503, "later", "storage");
    expect(frame.readUInt8(3)).toBe(0x80);
    expect(frame.readUInt16BE(4)).toBe(503);
    expect(JSON.parse(frame.subarray(6).toString())).toEqual({ message: "later", code: "storage" });
  });
});
