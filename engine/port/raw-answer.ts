import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Whoever was told why may take this long to stop sending and read it. */
const LINGER_MS = 5_000;

/** Answers a connection that no request came out of, in HTTP/1.1 and JSON, and ends it. */
export function answerRaw(socket: Duplex, status: number, message: string): void {
  if (!socket.writable) return void socket.destroy();
  const body = JSON.stringify({ error: message });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
  socket.resume();
  destroyLater(socket);
}

/**
 * Has a connection linger on after its last answer, as RFC 9112, 9.6 wants it: node closes at once, and if the client is
 * still sending (a large body to a route that refused it) the answer is lost with the connection.
 */
export function lingerAfterLastAnswer(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end();
    destroyLater(socket);
  };
}

function destroyLater(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(timer));
}
