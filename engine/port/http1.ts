import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { answerRaw } from "./raw-answer.ts";

/** How long a request's head, and all of it, may take to arrive. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 60_000;

export type Http1 = {
  server: Server;
  /** Answers that are not over yet, streams among them. */
  open: ReadonlySet<ServerResponse>;
};

/** The app behind node's HTTP/1.1 server. What its parser refuses is answered in JSON like everything else. */
export function createHttp1(app: Hono): Http1 {
  const open = new Set<ServerResponse>();
  const listener = getRequestListener(app.fetch, {
    // No request could be made of it: no host, a path that is none.
    errorHandler: (error) => Response.json({ error: `Bad request: ${messageOf(error)}` }, { status: 400 }),
  });
  // Without a host the listener above refuses, in JSON; node itself would answer with nothing.
  const limits = { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: 1_000 };
  const server = createServer({ ...limits, requireHostHeader: false }, (request, response) => {
    track(open, response);
    void listener(request, response);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // An answer that has begun cannot be taken back.
    if ([...open].some((response) => response.socket === socket && response.headersSent)) return void socket.destroy();
    if (error.code === "ECONNRESET") return void socket.destroy();
    answerRaw(socket, ...refusalOf(error));
  });
  server.on("checkExpectation", (_request: IncomingMessage, response: ServerResponse) => {
    const body = JSON.stringify({ error: "Only 100-continue can be expected here" });
    response.writeHead(417, { "content-type": "application/json", "content-length": body.length }).end(body);
  });
  server.on("connect", (_request: IncomingMessage, socket: Duplex) => answerRaw(socket, 405, "This is no proxy"));
  server.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
    if (!request.url?.startsWith("/socket.io/")) answerRaw(socket, 404, "No such socket");
  });
  // Node looks after slow requests from the moment a server listens; this one is handed its connections instead.
  server.emit("listening");
  return { server, open };
}

function track(open: Set<ServerResponse>, response: ServerResponse): void {
  open.add(response);
  response.once("close", () => open.delete(response));
}

function refusalOf(error: NodeJS.ErrnoException): [status: number, message: string] {
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") return [408, "The request took too long to arrive"];
  if (error.code === "HPE_HEADER_OVERFLOW") return [431, "The headers are too large"];
  if (error.code === "HPE_CHUNK_EXTENSIONS_OVERFLOW") return [413, "The chunk extensions are too large"];
  return [400, `Bad request: ${messageOf(error)}`];
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : "unreadable");
