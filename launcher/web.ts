import { Agent, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import compression from "compression";
import { createProxyServer } from "httpxy";

/**
 * The production web server: SvelteKit's build behind one port, and in embedded mode the engine's streams under
 * `/realtime/` of the same port, so that one address is all a tunnel or a TLS proxy has to know.
 */
const { HOST: host = "127.0.0.1", PORT: port = "3000", REALTIME_UPSTREAM: upstream } = process.env;

// Without a public origin, a page's origin is whatever host it was asked for, and the scheme is what the proxy in front
// says, or plain http. SvelteKit would take https for granted and refuse every form.
if (!process.env.ORIGIN) process.env.PROTOCOL_HEADER ??= "x-forwarded-proto";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const build = new URL("../build/handler.js", import.meta.url).href;
const { handler } = (await import(build)) as { handler: Handler };

const proxy = createProxyServer({
  target: upstream,
  proxyTimeout: 0,
  timeout: 0,
  // A connection for each request, without a limit. Kept ones break just as the engine closes them (after it refused a
  // body, or when it restarts), and the message that meets one is lost to its sender.
  agent: new Agent({ keepAlive: false }),
});
// Both also tell of browsers that left in the middle of a stream, which is how most streams end.
proxy.on("error", (_error, _request, response) => {
  if (!response || !("writeHead" in response)) return;
  if (response.headersSent) response.destroy();
  else response.writeHead(502, { "content-type": "application/json" }).end('{"error":"The engine is not reachable."}');
});

// Pages and what they read; a stream of events would wait in the compressor.
const compress = compression({
  filter: (_request, response) => /^(text\/html|application\/json)\b/.test(String(response.getHeader("content-type"))),
}) as unknown as (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

const server = createServer((request, response) => {
  if (upstream && isRealtime(request.url ?? "")) void proxy.web(request, response).catch(() => {});
  else {
    request.headers["x-forwarded-proto"] ??= "http";
    compress(request, response, () => handler(request, response));
  }
});

/** By the path as the engine will read it: `/realtime/../api` is none of ours. */
function isRealtime(url: string): boolean {
  if (!url.startsWith("/realtime/")) return false;
  return URL.canParse(url, "http://engine") && new URL(url, "http://engine").pathname.startsWith("/realtime/");
}

// A stream may be silent for minutes and last for hours.
server.requestTimeout = 0;
server.timeout = 0;
server.keepAliveTimeout = 65_000;
server.on("connection", (socket) => socket.setNoDelay(true));

server.on("error", (error) => {
  console.error(`Error: ${error.message}`);
  process.exit(1);
});
server.listen({ host, port: Number(port) }, () => console.log(`listening on ${host}:${port}`));

for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    // Streams have no end of their own; what is being answered gets a moment.
    setTimeout(() => process.exit(0), 400);
  });
