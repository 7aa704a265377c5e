import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** Whoever was told why may take this long to read it. */
const LINGER_MS = 1_000;

/** Answers a connection that no request came out of, in HTTP/1.1 and JSON, and ends it. */
export function answerRaw(socket: Duplex, status: number, message: string): void {
  if (!socket.writable) return void socket.destroy();
  const body = JSON.stringify({ error: message });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
  // What still comes in is read and dropped: closing on unread bytes would take the answer back (RFC 9112, 9.6).
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(timer));
}
