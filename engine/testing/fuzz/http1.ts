import net from "node:net";
import type { Answer } from "./answer.ts";

const HANGS_AFTER_MS = 15_000;

export type Bytes = {
  data: Buffer;
  /** How the client leaves once it has sent that: it waits for the answer, ends its side, or breaks the connection. */
  then?: "wait" | "end" | "reset";
};

/** Sends bytes on a connection of their own and reads one answer. Rejects when nothing comes. */
export function exchange(port: number, { data, then = "wait" }: Bytes): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1");
    const hangs = setTimeout(() => {
      socket.destroy();
      reject(new Error("no answer"));
    }, HANGS_AFTER_MS);
    const isHead = data.toString("latin1", 0, 5) === "HEAD ";
    let text = "";
    const done = (answer: Answer) => {
      clearTimeout(hangs);
      socket.destroy();
      resolve(answer);
    };
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const answer = parse(text, false, isHead);
      if (answer) done(answer);
    });
    socket.on("error", () => done(parse(text, true, isHead)));
    socket.on("close", () => done(parse(text, true, isHead)));
    socket.write(data, () => {
      if (then === "end") socket.end();
      if (then === "reset") socket.resetAndDestroy();
    });
  });
}

/** The first final answer in the bytes, once it is whole; of an event stream only its beginning. */
function parse(text: string, isOver: boolean, isHead: boolean): Answer {
  const head = /^HTTP\/1\.1 (\d+).*?\r\n\r\n/s.exec(text);
  if (!head) return undefined;
  if (head[1] === "100") return parse(text.slice(head[0].length), isOver, isHead);
  const header = (name: string) => new RegExp(`\r\n${name}: *([^\r]*)`, "i").exec(head[0])?.[1] ?? "";
  const length = header("content-length");
  const rest = text.slice(head[0].length);
  const body = isHead ? "" : length === "" ? rest : rest.slice(0, Number(length));
  const answer = { status: Number(head[1]), contentType: header("content-type"), body };
  if (isHead) return answer;
  if (isOver || answer.status === 101 || answer.contentType.startsWith("text/event-stream")) return answer;
  if (length !== "") return body.length >= Number(length) ? answer : undefined;
  if (!/chunked/i.test(header("transfer-encoding"))) return answer;
  return body.endsWith("0\r\n\r\n") ? { ...answer, body: body.replaceAll(/(^|\r\n)[\da-f]+\r\n/g, "") } : undefined;
}
