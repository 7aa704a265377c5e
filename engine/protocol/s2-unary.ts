import { createHash } from "node:crypto";
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
    const writer = await verifyStreamToken(engine, c.req.header("authorization"), stream);
    if (!writer) throw forbidden("Not your stream");
    if (c.req.header("content-type")?.includes("protobuf")) {
      const message = await readBody(c, { bytes: MAX_BATCH_BYTES, what: "An append" });
      const ack = await appendWire(engine, stream, message, writer.runId);
      return c.body(Buffer.from(encodeAck(ack)), 200, { "content-type": "application/protobuf" });
    }
    const { records } = await parseBody(c, JsonAppend, MAX_BATCH_BYTES);
    checkBatch(
      stream,
      records.map(({ body }) => Buffer.byteLength(body)),
    );
    const batch = records.map(({ body, headers }) => ({ body, headers, id: turnEndId(headers) }));
    return c.json(jsonAck(await appendOutput(engine, stream, batch, writer.runId)));
  });
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
