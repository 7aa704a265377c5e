import { once } from "node:events";
import type { Server as Http1Server } from "node:http";
import net from "node:net";
import type { Hono } from "hono";
import type { Engine } from "./engine.ts";
import { createHttp1 } from "./port/http1.ts";
import { createHttp2 } from "./port/http2.ts";
import { answerRaw, lingerAfterLastAnswer } from "./port/raw-answer.ts";

export type EngineServer = {
  http1: Http1Server;
  connections(): number;
  /** Resolves with the port it got. */
  listen(): Promise<number>;
  /** Takes no new connection and lets what is under way finish, for `ms` at most; then ends every connection. */
  close(ms: number): Promise<void>;
};

/** The first bytes of every HTTP/2 connection (RFC 9113, 3.4). */
const HTTP2_PREFACE = "PRI";
/** A connection has to say something within this time. */
const SILENT_MS = 10_000;

/** One port for HTTP/1.1, WebSocket and HTTP/2 without TLS: the first bytes of a connection tell which. */
export function createServer(engine: Engine, app: Hono): EngineServer {
  const http1 = createHttp1(app);
  const http2 = createHttp2(engine);
  const sockets = new Set<net.Socket>();
  const refused = new Set<net.Socket>();
  const { ENGINE_HOST: host, ENGINE_PORT: port, ENGINE_LISTEN_PORT: listenPort = port } = engine.config;
  const { ENGINE_MAX_CONNECTIONS: maxConnections } = engine.config;
  const front = net.createServer({ noDelay: true }, (socket) => {
    socket.on("error", (error) => engine.log.debug({ err: error }, "connection broke off"));
    if (sockets.size >= maxConnections) {
      engine.log.warn({ connections: sockets.size }, "connection refused: too many are open");
      refused.add(socket);
      socket.on("close", () => refused.delete(socket));
      return answerRaw(socket, 503, `The engine has its limit of ${maxConnections} connections open`);
    }
    sockets.add(socket);
    lingerAfterLastAnswer(socket);
    socket.on("close", () => sockets.delete(socket));
    onFirstBytes(socket, (isHttp2) => (isHttp2 ? http2 : http1).server.emit("connection", socket));
  });
  return {
    http1: http1.server,
    connections: () => sockets.size,
    listen: () =>
      new Promise((resolve, reject) => {
        front.once("error", reject);
        front.listen(listenPort, host, () => resolve((front.address() as net.AddressInfo).port));
      }),
    async close(ms) {
      const isClosed = new Promise<void>((resolve) => front.close(() => resolve()));
      const late = AbortSignal.timeout(ms);
      // Finishes its open streams; a client that wants another one needs another connection.
      for (const session of http2.sessions) session.close();
      await allClosed([...http1.open, ...http2.open], late);
      for (const socket of [...sockets, ...refused]) socket.destroy();
      await isClosed;
    },
  };
}

/** Resolves when all have closed or the signal aborts. */
async function allClosed(open: readonly NodeJS.EventEmitter[], late: AbortSignal): Promise<void> {
  const closings = open.map((one) => once(one, "close", { signal: late }));
  await Promise.allSettled(closings);
}

/**
 * Looks at what a connection begins with and puts it back. By `readable`, not `data`: a socket that has flowed hands
 * its buffer to neither server (HTTP/2 then sees a broken preface, HTTP/1.1 nothing at all).
 */
function onFirstBytes(socket: net.Socket, hand: (isHttp2: boolean) => void): void {
  const silent = setTimeout(() => answerRaw(socket, 408, "The request took too long to arrive"), SILENT_MS);
  socket.once("close", () => clearTimeout(silent));
  let seen = Buffer.alloc(0);
  const look = () => {
    const bytes = socket.read() as Buffer | null;
    if (bytes) seen = Buffer.concat([seen, bytes]);
    const start = seen.toString("latin1", 0, HTTP2_PREFACE.length);
    const isUndecided = HTTP2_PREFACE.startsWith(start) && start.length < HTTP2_PREFACE.length;
    if (isUndecided) return void socket.once("readable", look);
    clearTimeout(silent);
    socket.unshift(seen);
    hand(start === HTTP2_PREFACE);
  };
  socket.once("readable", look);
}
