import { createServer as createHttp1, type Server as Http1Server } from "node:http";
import { createServer as createHttp2, type Http2Server } from "node:http2";
import net from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Engine } from "./engine.ts";
import { serveAppendSession } from "./protocol/s2-session.ts";

/** `listen` resolves with the port it got. */
export type EngineServer = { http1: Http1Server; listen(): Promise<number>; close(): Promise<void> };

/** The first bytes of every HTTP/2 connection (RFC 9113, 3.4). */
const HTTP2_PREFACE = "PRI";

/** One port for HTTP/1.1, WebSocket and HTTP/2 without TLS: the first bytes of a connection tell which. */
export function createServer(engine: Engine, app: Hono): EngineServer {
  const http1 = createHttp1({ requestTimeout: 0, headersTimeout: 30_000 }, getRequestListener(app.fetch));
  const http2 = createAppendServer(engine);
  const sockets = new Set<net.Socket>();
  const front = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", (error) => engine.log.debug({ err: error }, "connection broke off"));
    onFirstBytes(socket, (firstBytes) => {
      const isHttp2 = firstBytes.subarray(0, 3).toString("latin1") === HTTP2_PREFACE;
      (isHttp2 ? http2 : http1).emit("connection", socket);
    });
  });
  const { ENGINE_HOST: host, ENGINE_PORT: port, ENGINE_LISTEN_PORT: listenPort = port } = engine.config;
  return {
    http1,
    listen: () =>
      new Promise((resolve, reject) => {
        front.once("error", reject);
        front.listen(listenPort, host, () => resolve((front.address() as net.AddressInfo).port));
      }),
    close: () =>
      new Promise((resolve) => {
        front.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/**
 * Looks at what a connection begins with and puts it back. By `readable`, not `data`: a socket that has flowed hands
 * its buffer to neither server (HTTP/2 then sees a broken preface, HTTP/1.1 nothing at all).
 */
function onFirstBytes(socket: net.Socket, hand: (firstBytes: Buffer) => void): void {
  socket.once("readable", () => {
    const firstBytes = socket.read() as Buffer | null;
    if (!firstBytes) return onFirstBytes(socket, hand);
    socket.unshift(firstBytes);
    hand(firstBytes);
  });
}

function createAppendServer(engine: Engine): Http2Server {
  const http2 = createHttp2();
  http2.on("stream", (stream, headers) => void serveAppendSession(engine, stream, headers));
  http2.on("sessionError", (error) => engine.log.debug({ err: error }, "HTTP/2 connection broke off"));
  return http2;
}
