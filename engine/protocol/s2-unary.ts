import { createHash } from "node:crypto";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import type { Engine } from "../engine.ts";
import { ProtocolError } from "../errors.ts";
import { appendOutput } from "../flow/output.ts";
import { forbidden, verifyStreamToken } from "./auth.ts";
import { parseBody } from "./body.ts";
import { appendWire } from "./s2-append.ts";
import { encodeAck, type Ack } from "./s2-codec.ts";

const MAX_BYTES = 2 * 1024 * 1024;

const JsonAppend = z.object({
  records: z
    .array(z.object({ body: z.string().default(""), headers: z.array(z.tuple([z.string(), z.string()])).default([]) }))
    .min(1)
    .max(1000),
});

/** Single appends to a stream: control records come as JSON, trims as protobuf. */
export function s2UnaryRoutes(engine: Engine): Hono {
  const app = new Hono();
  app.post(
    "/streams/:stream/records",
    bodyLimit({
      maxSize: MAX_BYTES,
      onError: () => {
        throw new ProtocolError(413, "An append may be at most 2 MiB");
      },
    }),
    async (c) => {
      const stream = c.req.param("stream");
      const writer = await verifyStreamToken(engine, c.req.header("authorization"), stream);
      if (!writer) throw forbidden("Not your stream");
      if (c.req.header("content-type")?.includes("protobuf")) {
        const ack = await appendWire(engine, stream, new Uint8Array(await c.req.arrayBuffer()), writer.runId);
        return c.body(Buffer.from(encodeAck(ack)), 200, { "content-type": "application/protobuf" });
      }
      const { records } = await parseBody(c, JsonAppend);
      const batch = records.map(({ body, headers }) => ({
        body: body.replaceAll("\0", ""),
        headers,
        id: turnEndId(headers),
      }));
      return c.json(jsonAck(await appendOutput(engine, stream, batch, writer.runId)));
    },
  );
  return app;
}

/**
 * The end of a turn carries a token signed for it, so the same headers again are the same end: a writer whose
 * acknowledgement was lost asks again, and a second end would stand in the next turn.
 */
function turnEndId(headers: [string, string][]): string | undefined {
  const names = headers.map(([name]) => name);
  if (!names.includes("trigger-control") || !names.includes("public-access-token")) return undefined;
  return `control-${createHash("sha256").update(JSON.stringify(headers)).digest("base64url")}`;
}

function jsonAck(ack: Ack) {
  const position = (seq: number) => ({ seq_num: seq, timestamp: ack.at });
  return { start: position(ack.startSeq), end: position(ack.endSeq), tail: position(ack.endSeq) };
}
