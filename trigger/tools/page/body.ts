import type { IncomingMessage } from "node:http";
import { pipeline, type Readable } from "node:stream";
import zlib from "node:zlib";
import { ToolError } from "../tool-error.ts";

export interface Body {
  /** `text/html`, without its parameters. */
  type: string;
  text: string;
  isCut: boolean;
}

const TAKEN = /^(text\/[\w.+-]+|application\/(xhtml\+xml|json|xml|[\w.-]+\+(json|xml)))$/;

/** The text of a response, `maxBytes` of it at most once unpacked. Throws a sentence about what is no text. */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<Body> {
  const [type = "", ...parameters] = (response.headers["content-type"] ?? "").toLowerCase().split(";");
  if (!TAKEN.test(type.trim())) {
    response.destroy();
    throw new ToolError(`This is ${described(type.trim())} and not a page of text.`);
  }
  const { bytes, isCut } = await readBytes(unpacked(response), maxBytes);
  const charset = /charset="?([\w-]+)/.exec(parameters.join(";"))?.[1] ?? declaredIn(bytes);
  return { type: type.trim(), text: decode(bytes, charset), isCut };
}

const described = (type: string) =>
  /^[\w.+-]+\/[\w.+-]+$/.test(type) ? `of the type ${type.slice(0, 100)}` : "something unnamed";

const UNPACK: Record<string, () => NodeJS.ReadWriteStream & Readable> = {
  gzip: zlib.createGunzip,
  "x-gzip": zlib.createGunzip,
  deflate: zlib.createInflate,
  br: zlib.createBrotliDecompress,
};

function unpacked(response: IncomingMessage): Readable {
  const encoding = response.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding === "identity" || encoding === "") return response;
  const unpack = UNPACK[encoding];
  if (unpack) return pipeline(response, unpack(), () => {});
  response.destroy();
  throw new ToolError("This page is packed in a way that is not understood.");
}

/** Ends the connection as soon as there is enough, whatever more was promised. */
async function readBytes(stream: Readable, maxBytes: number) {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  const bytes = Buffer.concat(chunks);
  return { bytes: bytes.subarray(0, maxBytes), isCut: length > maxBytes };
}

/** In the page itself, where the standard has browsers look for it. */
const declaredIn = (bytes: Buffer) =>
  /<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w-]+)/i.exec(
    bytes.subarray(0, 1024).toString("latin1"),
  )?.[1];

function decode(bytes: Buffer, charset = "utf-8"): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
