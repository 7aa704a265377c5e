import http2 from "node:http2";
import fc from "fast-check";
import type { Answer, Case } from "./answer.ts";
import { appendInput, field } from "../wire.ts";
import type { World } from "./requests.ts";

const HANGS_AFTER_MS = 15_000;

/** Records of an append as protobuf, some of them not what they say. */
const record = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }).map((text) => field(3, Buffer.from(text))),
  fc.constantFrom('{"data":1,"id":"same"}', '{"data":"\0"}', "\ud800", "").map((text) => field(3, Buffer.from(text))),
  fc
    .tuple(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ maxLength: 20 }))
    .map(([key, value]) => field(2, Buffer.concat([field(1, key), field(2, value)]))),
  fc
    .uint8Array({ maxLength: 10 })
    .map((position) =>
      Buffer.concat([
        field(2, Buffer.concat([field(1, Buffer.alloc(0)), field(2, Buffer.from("trim"))])),
        field(3, position),
      ]),
    ),
  fc.uint8Array({ maxLength: 40 }).map((noise) => Buffer.from(noise)),
);
export const message: fc.Arbitrary<Buffer> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.array(record, { maxLength: 5 }).map((records) => Buffer.concat(records.map((one) => field(1, one)))),
  },
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 100 }).map((noise) => Buffer.from(noise)) },
  {
    weight: 1,
    arbitrary: fc.constant(appendInput(...Array.from({ length: 1_001 }, () => "x"))),
  },
  { weight: 1, arbitrary: fc.constant(appendInput(Buffer.alloc(1024 * 1024 + 1, 0x61))) },
);

const frame = fc
  .record({
    body: message,
    flag: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat({ max: 255 }) }),
    error: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -20, max: 2 ** 23 }) },
    ),
  })
  .map(({ body, flag, error }) => {
    const head = Buffer.alloc(4);
    head.writeUIntBE(Math.min(Math.max(1 + body.length + error, 0), 2 ** 24 - 1), 0, 3);
    head.writeUInt8(flag, 3);
    return Buffer.concat([head, body]);
  });

/** Append sessions over HTTP/2 with frames that are wrong, and requests that are none. */
export function appends(world: World): fc.Arbitrary<Case> {
  return fc
    .record({
      method: fc.oneof(
        { weight: 9, arbitrary: fc.constant("POST") },
        { weight: 1, arbitrary: fc.constantFrom("GET", "PUT", "OPTIONS") },
      ),
      path: fc.oneof(
        { weight: 9, arbitrary: fc.constant(`/v1/streams/${encodeURIComponent(world.stream)}/records`) },
        {
          weight: 2,
          arbitrary: fc.constantFrom(
            "/",
            "/v1/streams/%/records",
            "/v1/streams/%ff/records",
            `/v1/streams/${"x".repeat(5_000)}/records`,
            "/v1/streams//records",
            "*",
            "/healthz",
          ),
        },
      ),
      token: fc.oneof(
        { weight: 9, arbitrary: fc.constant(`Bearer ${world.streamToken}`) },
        { weight: 2, arbitrary: fc.constantFrom(...world.tokens) },
      ),
      frames: fc.array(frame, { minLength: 1, maxLength: 4 }),
      end: fc.constantFrom(
        "end" as const,
        "end" as const,
        "end" as const,
        "cut" as const,
        "reset" as const,
        "break" as const,
      ),
      cut: fc.nat(),
    })
    .map(({ method, path, token, frames, end, cut }) => {
      const all = Buffer.concat(frames);
      const data = end === "cut" ? all.subarray(0, cut % (all.length + 1)) : all;
      const name = `HTTP/2 ${method} ${path.slice(0, 60)} ${end} ${data.toString("hex").slice(0, 200)}`;
      const headers = { ":method": method, ":path": path, ...(token && { authorization: token }) };
      return {
        name,
        // HTTP/2 itself allows `*` for OPTIONS alone.
        mayBeSilent: end === "reset" || end === "break" || path === "*",
        send: (port) => exchange(port, headers, data, end),
      };
    });
}

function exchange(port: number, headers: http2.OutgoingHttpHeaders, data: Buffer, end: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const session = http2.connect(`http://127.0.0.1:${port}`);
    const hangs = setTimeout(() => {
      session.destroy();
      reject(new Error("no answer"));
    }, HANGS_AFTER_MS);
    let head: http2.IncomingHttpHeaders | undefined;
    const chunks: Buffer[] = [];
    const done = () => {
      clearTimeout(hangs);
      session.destroy();
      resolve(head && answerOf(head, Buffer.concat(chunks)));
    };
    session.on("error", done);
    const stream = session.request(headers, { endStream: false });
    stream.on("response", (received) => (head = received));
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", () => undefined);
    stream.on("close", done);
    if (end === "reset" || end === "break") {
      stream.write(data, () => (end === "reset" ? stream.close(http2.constants.NGHTTP2_CANCEL) : session.destroy()));
    } else stream.end(data);
  });
}

/** An append session says how it went in frames: its last one may carry an error, with a status of its own. */
function answerOf(head: http2.IncomingHttpHeaders, body: Buffer): Answer {
  const status = Number(head[":status"]);
  for (let at = 0; status === 200 && at + 4 <= body.length; at += 3 + body.readUIntBE(at, 3)) {
    if ((body.readUInt8(at + 3) & 0x80) === 0) continue;
    const text = body.toString("utf8", at + 6, at + 3 + body.readUIntBE(at, 3));
    return { status: body.readUInt16BE(at + 4), contentType: "application/json", body: text };
  }
  return { status, contentType: String(head["content-type"]), body: status === 200 ? "" : body.toString() };
}
