import fc from "fast-check";
import { bodies } from "./bodies.ts";
import type { Case } from "./answer.ts";
import { exchange } from "./http1.ts";

/** What the engine under test knows: names that exist, tokens of every kind, its own routes. */
export type World = {
  sessions: string[];
  runs: string[];
  tokens: string[];
  streamToken: string;
  stream: string;
  packet: { name: string; token: string };
  routes: { method: string; path: string }[];
};

const encoded = fc.oneof(
  fc.constantFrom(
    ...["%00", "%ff", "%", "%zz", "%2e%2e", "..", ".", "%2F", "%F0%9F", "a%0d%0ab", "*", ":", "~", ";", "a b"],
  ),
  fc.constantFrom(
    "session_",
    "session_x",
    "run_",
    "run_x",
    "snapshot_x",
    "worker_x",
    "__proto__",
    "constructor",
    "in",
    "out",
  ),
  fc.string({ unit: "binary", maxLength: 20 }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.integer({ min: 300, max: 9_000 }).map((length) => "x".repeat(length)),
);

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "QUERY"];

/** A path of the engine's with each parameter filled in, sometimes right. */
function pathOf(world: World, template: string): fc.Arbitrary<string> {
  const right = (name: string) =>
    name === "session"
      ? fc.constantFrom(...world.sessions)
      : name === "run"
        ? fc.constantFrom(...world.runs)
        : name === "io"
          ? fc.constantFrom("in", "out")
          : name === "stream"
            ? fc.constant(encodeURIComponent(world.stream))
            : name === "packet"
              ? fc.constant(world.packet.name)
              : fc.constantFrom("traces", "logs", "x");
  const parts = template.split("/").map((part) => {
    if (part.startsWith(":"))
      return fc.oneof({ weight: 3, arbitrary: right(part.slice(1)) }, { weight: 1, arbitrary: encoded });
    return part === "*" ? encoded : fc.constant(part);
  });
  return fc.tuple(...parts).map((filled) => filled.join("/"));
}

const number = fc.constantFrom(
  "-1",
  "0",
  "1",
  "NaN",
  "1e309",
  "99999999999999999999",
  "0x10",
  "1.5",
  "",
  " ",
  "٣",
  "null",
);

const query = fc.oneof(
  { weight: 6, arbitrary: fc.constant("") },
  {
    weight: 3,
    arbitrary: fc
      .array(
        fc.tuple(
          fc.constantFrom(
            ...[
              "filter[tags]",
              "filter[status]",
              "filter[createdAt][from]",
              "filter[createdAt][to]",
              "filter[createdAt][period]",
            ],
            ...[
              "page[size]",
              "page[after]",
              "page[before]",
              "afterEventId",
              "token",
              "limit",
              "after",
              "filter[externalId]",
            ],
          ),
          fc.oneof(number, encoded, fc.constantFrom("1h", "9".repeat(30), "ACTIVE", "a,b", ",", "8640000000000001")),
        ),
        { minLength: 1, maxLength: 3 },
      )
      .map((pairs) => `?${pairs.map(([name, value]) => `${name}=${value}`).join("&")}`),
  },
);

const header = fc.oneof(
  fc.tuple(fc.constantFrom("last-event-id", "timeout-seconds", "x-trigger-stream-start", "range"), number),
  fc.tuple(
    fc.constant("x-part-id"),
    fc.oneof(
      number,
      fc.integer({ min: 1, max: 6_000 }).map((length) => "p".repeat(length)),
    ),
  ),
  fc.tuple(fc.constant("x-peek-settled"), fc.constantFrom("1", "0", "yes")),
  fc.tuple(
    fc.constant("content-type"),
    fc.constantFrom("application/json", "text/plain", "application/protobuf", "multipart/form-data", ";", "a/b/c"),
  ),
  fc.tuple(
    fc.constantFrom("content-encoding", "transfer-encoding", "accept", "expect", "te"),
    fc.constantFrom("gzip", "zstd", "x", "100-continue", "identity"),
  ),
  fc.tuple(
    fc.constantFrom("origin", "access-control-request-method", "x-request-id", "cookie", "if-match"),
    fc.constantFrom("null", "*", "é", "\t", "a".repeat(3_000)),
  ),
  fc.tuple(
    fc.constantFrom("content-length", "connection", "upgrade", "host", "x-forwarded-for"),
    fc.constantFrom("-1", "1e3", "5", "99999999999", "upgrade", "websocket", "h2c", "a b", ""),
  ),
);

/** Requests to the engine's own routes that are wrong somewhere; now and then one is right by chance. */
export function requests(world: World): fc.Arbitrary<Case> {
  return fc
    .record({
      route: fc
        .constantFrom(...world.routes)
        .chain(({ method, path }) => fc.record({ own: fc.constant(method), path: pathOf(world, path) })),
      method: fc.option(fc.constantFrom(...methods), { freq: 8, nil: undefined }),
      query,
      token: fc.constantFrom(...world.tokens),
      headers: fc.array(header, { maxLength: 3 }),
      body: fc.option(bodies(world.runs[0] ?? ""), { freq: 6, nil: undefined }),
      isChunked: fc.boolean(),
    })
    .map(({ route, method = route.own, query: search, token, headers, body: bytes, isChunked }) => {
      // Without its signature none of these would ever be looked at further.
      const signed = route.path.startsWith("/packets/") ? `?token=${world.packet.token}` : "";
      const path = `${route.path}${search || signed}`.replaceAll(" ", "%20");
      const all: [string, string][] = [
        ["host", "127.0.0.1"],
        ["connection", "close"],
        ...(token ? [["authorization", token] as [string, string]] : []),
        ...headers,
      ];
      const hasLength = headers.some(([name]) => name === "content-length" || name === "transfer-encoding");
      const hasBody = bytes !== undefined && !["GET", "HEAD"].includes(method);
      if (hasBody && !hasLength)
        all.push(isChunked ? ["transfer-encoding", "chunked"] : ["content-length", String(bytes.length)]);
      const head = `${method} ${path} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
      const sent = !hasBody ? Buffer.alloc(0) : isChunked && !hasLength ? chunked(bytes) : bytes;
      const data = Buffer.concat([Buffer.from(head), sent]);
      // A length that promises more than there is: whoever says so ends its side, or the answer is a matter of patience.
      const then = hasLength ? ("end" as const) : undefined;
      const name = data.toString("latin1", 0, 600);
      return { name, mayBeSilent: hasLength, send: (port: number) => exchange(port, { data, then }) };
    });
}

const chunked = (bytes: Buffer) =>
  bytes.length === 0
    ? Buffer.from("0\r\n\r\n")
    : Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n0\r\n\r\n")]);
