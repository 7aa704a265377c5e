import fc from "fast-check";
import type { Case } from "./answer.ts";
import { exchange, type Bytes } from "./http1.ts";

const H2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const get = "GET /healthz HTTP/1.1\r\nhost: a\r\n";

/** Heads that no request comes out of: node's parser, not the app, has to answer them. */
const heads = [
  ...[
    "GET / HTTP/9.9\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "GET  / HTTP/1.1\r\nhost: a\r\n\r\n",
    "\r\n\r\nFOO\r\n\r\n",
    "get / http/1.1\r\n\r\n",
  ],
  ...[
    "GET http://[::1 HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET \\x HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET * HTTP/1.1\r\nhost: a\r\n\r\n",
  ],
  ...[
    "CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n",
    `${get}host: b\r\nhost: c d\r\n\r\n`,
    `${get}no colon\r\n\r\n`,
    `${get}a\0b: c\r\n\r\n`,
  ],
  ...[
    `${get}content-length: 5\r\ncontent-length: 6\r\n\r\n`,
    `${get}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`,
  ],
  ...[
    `${get}transfer-encoding: chunked\r\n\r\nzz\r\n`,
    `${get}expect: a miracle\r\n\r\n`,
    `${get}x: ${"y".repeat(20_000)}\r\n\r\n`,
  ],
  ...[
    `GET /${"z".repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`,
    `${get}${"a: b\r\n".repeat(5_000)}\r\n`,
    "GET / HTTP/1.1\r\nhost: ../..\r\n\r\n",
  ],
  ...[
    `${get}connection: upgrade\r\nupgrade: websocket\r\n\r\n`,
    `GET /socket.io/?transport=websocket HTTP/1.1\r\nhost: a\r\n\r\n`,
  ],
  `GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nhost: a\r\n\r\n`,
  `POST /otel/v1/traces HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n-5\r\nabc\r\n0\r\n\r\n`,
  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
];

const name = ({ data, then = "wait" }: Bytes) => `${then}: ${JSON.stringify(data.toString("latin1", 0, 200))}`;
const asCase = (bytes: Bytes, mayBeSilent: boolean): Case => ({
  name: name(bytes),
  mayBeSilent,
  send: (port) => exchange(port, bytes),
});

/** What reaches the port without being a request: broken heads, noise, prefaces, connections that break off. */
export const connections: fc.Arbitrary<Case> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...heads).map((head) => asCase({ data: Buffer.from(head, "latin1") }, false)),
  },
  {
    weight: 2,
    arbitrary: fc
      .uint8Array({ minLength: 1, maxLength: 300 })
      .map((noise) => asCase({ data: Buffer.from(noise), then: "end" }, true)),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({
        head: fc.constantFrom(...heads, H2),
        at: fc.nat(),
        then: fc.constantFrom("end" as const, "reset" as const),
      })
      .map(({ head, at, then }) =>
        asCase({ data: Buffer.from(head.slice(0, 1 + (at % head.length)), "latin1"), then }, true),
      ),
  },
  {
    weight: 2,
    arbitrary: fc
      .uint8Array({ minLength: 9, maxLength: 200 })
      .map((frames) => asCase({ data: Buffer.concat([Buffer.from(H2), Buffer.from(frames)]), then: "end" }, true)),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "PRI", "PRI * HTTP/1.1\r\n\r\n")
      .map((head) => asCase({ data: Buffer.from(head), then: "end" }, true)),
  },
);

/** Connections that fall asleep: each has to be told 408 by itself. */
export const sleepers: Case[] = ["", "G", "PR", get, "POST /otel/v1/traces HTTP/1.1\r\nhost: a\r\ncontent-len"].map(
  (head) => asCase({ data: Buffer.from(head) }, false),
);
