import { Hono } from "hono";
import { z } from "zod";
import type { Engine } from "../engine.ts";
import { appendOutput } from "../flow/output.ts";
import { forbidden, verifyStreamToken } from "./auth.ts";
import { checkBatch, MAX_BATCH_BYTES } from "./batch-limits.ts";
import { parseBody, readBody } from "./body.ts";
import { appendWire } from "./s2-append.ts";
import { encodeAck, type Ack } from "./s2-codec.ts";

const JsonAppend = z.object({
  records: z
    .array(z.object({ body: z.string().default(""), headers: z.array(z.tuple([z.string(), z.string()])).default([]) }))
    .max(100_000),
});

/** Single appends to a stream: control records come as JSON, trims as protobuf. */
export function s2UnaryRoutes(engine: Engine): Hono {
  const app = new Hono();
  app.post("/streams/:stream/records", async (c) => {
    const stream = c.req.param("stream");
    if (!(await verifyStreamToken(engine, c.req.header("authorization"), stream))) throw forbidden("Not your stream");
    if (c.req.header("content-type")?.includes("protobuf")) {
      const message = await readBody(c, { bytes: MAX_BATCH_BYTES, what: "An append" });
      const ack = await appendWire(engine, stream, message);
      return c.body(Buffer.from(encodeAck(ack)), 200, { "content-type": "application/protobuf" });
    }
    const { records } = await parseBody(c, JsonAppend, MAX_BATCH_BYTES);
    checkBatch(
      stream,
      records.map(({ body }) => Buffer.byteLength(body)),
    );
    return c.json(jsonAck(await appendOutput(engine, stream, records)));
  });
  return app;
}

function jsonAck(ack: Ack) {
  const position = (seq: number) => ({ seq_num: seq, timestamp: ack.at });
  return { start: position(ack.startSeq), end: position(ack.endSeq), tail: position(ack.endSeq) };
}
