import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Engine } from "../engine.ts";
import { serveAppendSession } from "../protocol/s2-session.ts";

export type Http2 = {
  server: Http2Server;
  sessions: ReadonlySet<ServerHttp2Session>;
  /** Append sessions under way. */
  open: ReadonlySet<ServerHttp2Stream>;
};

/** HTTP/2 without TLS, for append sessions and nothing else. */
export function createHttp2(engine: Engine): Http2 {
  const sessions = new Set<ServerHttp2Session>();
  const open = new Set<ServerHttp2Stream>();
  const server = createServer({ settings: { maxConcurrentStreams: 256 } });
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  server.on("stream", (stream, headers) => {
    open.add(stream);
    stream.once("close", () => open.delete(stream));
    serveAppendSession(engine, stream, headers).catch((error: unknown) => {
      engine.log.error({ err: error }, "append session failed");
      stream.destroy();
    });
  });
  server.on("sessionError", (error) => engine.log.debug({ err: error }, "HTTP/2 connection broke off"));
  return { server, sessions, open };
}
