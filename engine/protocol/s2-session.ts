import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Engine } from "../engine.ts";
import { ProtocolError } from "../errors.ts";
import { verifyStreamToken } from "./auth.ts";
import { appendWire } from "./s2-append.ts";
import { encodeAck } from "./s2-codec.ts";
import { encodeErrorFrame, encodeFrame, FrameReader } from "./s2-frames.ts";

/**
 * An append session over HTTP/2: the writer sends a frame a batch, and gets one acknowledgement a frame, in order, each
 * after its commit. The writer ends its side when it is done; then ours ends.
 */
export async function serveAppendSession(engine: Engine, http2: ServerHttp2Stream, headers: IncomingHttpHeaders) {
  // A writer that goes away in the middle is no error of ours: its unacknowledged batches are not in the log.
  http2.on("error", (error) => engine.log.debug({ err: error }, "append session broke off"));
  const stream = /^\/v1\/streams\/([^/]+)\/records$/.exec(headers[":path"]?.toString().split("?")[0] ?? "")?.[1];
  if (!stream || headers[":method"] !== "POST") return refuse(http2, 404, "No such route");
  const name = decodeURIComponent(stream);
  const writer = await verifyStreamToken(engine, headers.authorization, name);
  if (!writer) return refuse(http2, 403, "Not your stream");
  http2.respond({ ":status": 200, "content-type": "s2s/proto" });
  const reader = new FrameReader();
  try {
    // Left on an error, a plain loop would destroy the stream, and the writer would hear nothing of the reason.
    for await (const chunk of http2.iterator({ destroyOnReturn: false })) {
      for (const body of reader.push(chunk as Buffer)) {
        const ack = await appendOnceMore(engine, name, body, writer.runId);
        http2.write(encodeFrame(encodeAck(ack)));
      }
    }
    http2.end();
  } catch (error) {
    if (http2.destroyed) return;
    engine.log.warn({ err: error, stream: name }, "append session failed");
    http2.end(errorFrame(error));
    // What the writer still sends is thrown away; unread, its end would never be seen and the stream stay open.
    http2.resume();
  }
}

function errorFrame(error: unknown): Buffer {
  if (error instanceof ProtocolError) return encodeErrorFrame(error.status, error.message, "refused", error.fields);
  const status = error instanceof RangeError ? 400 : 500;
  return encodeErrorFrame(status, "The append failed", "storage");
}

/**
 * A batch that was under way when the database went down is tried again when it is back: whether its commit came
 * through or not, the ids of its records keep them from being stored twice.
 */
async function appendOnceMore(engine: Engine, stream: string, body: Uint8Array, writer: string | undefined) {
  try {
    return await appendWire(engine, stream, body, writer);
  } catch (error) {
    if (!engine.store.isAway(error)) throw error;
    return appendWire(engine, stream, body, writer);
  }
}

function refuse(http2: ServerHttp2Stream, status: number, message: string): void {
  http2.respond({ ":status": status, "content-type": "application/json" });
  http2.end(JSON.stringify({ message, code: "refused" }));
}
