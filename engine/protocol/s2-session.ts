import { on } from "node:events";
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { Engine } from "../engine.ts";
import { ProtocolError } from "../errors.ts";
import { withLogContext } from "../log.ts";
import { verifyStreamToken } from "./auth.ts";
import { failureOf } from "./failure.ts";
import { requestIdOf } from "./request-id.ts";
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
  const request = requestIdOf(headers["x-request-id"]?.toString());
  const stream = streamOf(headers);
  await withLogContext({ request, ...(stream !== undefined && { stream }) }, async () => {
    if (stream === undefined) return refuse(http2, 404, request, "Only appends are served over HTTP/2");
    const writer = await verifyStreamToken(engine, headers.authorization, stream);
    if (!writer) return refuse(http2, 403, request, "Not your stream");
    if (engine.closing.aborted) return refuse(http2, 503, request, "The engine is shutting down");
    if (http2.destroyed) return;
    http2.respond({ ":status": 200, "content-type": "s2s/proto", "x-request-id": request });
    await appendAll(engine, http2, stream, writer.runId);
  });
}

async function appendAll(
  engine: Engine,
  http2: ServerHttp2Stream,
  stream: string,
  writer: string | undefined,
): Promise<void> {
  const reader = new FrameReader();
  // A session without a frame has ended before anybody listened.
  if (http2.readableEnded) return void http2.end();
  // Not the stream's own iterator: that one could not be left, in between two frames, when the engine ends.
  const chunks = on(http2, "data", { signal: engine.closing, close: ["end", "close"], highWaterMark: 16 });
  try {
    for await (const [chunk] of chunks) {
      for (const body of reader.push(chunk as Buffer)) {
        const ack = await appendOnceMore(engine, stream, body, writer);
        if (http2.writable) http2.write(encodeFrame(encodeAck(ack)));
        if (engine.closing.aborted) break;
      }
    }
    if (reader.hasRest) throw new RangeError("the last frame is cut off");
    http2.end();
  } catch (error) {
    if (http2.destroyed) return;
    finish(http2, errorFrame(engine, error));
  }
}

/** The frame that tells the writer why its session is over. */
function errorFrame(engine: Engine, error: unknown): Buffer {
  if (engine.closing.aborted) return encodeErrorFrame(503, "The engine is shutting down", "unavailable");
  if (error instanceof RangeError) return encodeErrorFrame(400, `Malformed append: ${error.message}`, "malformed");
  const { status, message } = failureOf(engine, error);
  const fields = error instanceof ProtocolError ? error.fields : {};
  return encodeErrorFrame(status, message, status >= 500 ? "storage" : "refused", fields);
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

/** The stream that a request appends to; undefined when it does something else. */
function streamOf(headers: IncomingHttpHeaders): string | undefined {
  const path = headers[":path"]?.toString().split("?")[0] ?? "";
  const name = /^\/v1\/streams\/([^/]+)\/records$/.exec(path)?.[1];
  if (name === undefined || headers[":method"] !== "POST") return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

function refuse(http2: ServerHttp2Stream, status: number, request: string, message: string): void {
  if (http2.destroyed) return;
  http2.respond({ ":status": status, "content-type": "application/json", "x-request-id": request });
  finish(http2, JSON.stringify({ error: message, message, code: "refused" }));
}

/** Ends our side, then the whole stream: nothing the writer still sends is of interest (RFC 9113, 8.1). */
function finish(http2: ServerHttp2Stream, last: Buffer | string): void {
  http2.end(last, () => http2.close(constants.NGHTTP2_NO_ERROR));
}
