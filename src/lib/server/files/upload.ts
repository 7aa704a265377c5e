import { z } from "zod";
import { MAX_FILE_BYTES, NOT_TAKEN, TOO_LARGE } from "../../tools/file-rules.ts";
import { type AttachedFile } from "../../tools/file.ts";
import type { Services } from "../services.ts";
import { typeOf } from "./content.ts";
import { cleanFileName } from "./file-name.ts";
import * as files from "./files.ts";

export type Received = { ok: true; file: AttachedFile } | { ok: false; status: 400 | 413 | 415; problem: string };

/** Percent-encoded, because a header holds no letters beyond Latin-1. */
const nameHeader = z.string().min(1).max(4000).transform(decodeURIComponent).pipe(z.string().min(1));

const refuse = (status: 400 | 413 | 415, problem: string): Received => ({ ok: false, status, problem });

/** Takes the body of a request as one file of this person's; `x-file-name` says what it is called. */
export async function receive(
  { db, files: stores }: Pick<Services, "db" | "files">,
  ownerId: string,
  { headers, body }: Pick<Request, "headers" | "body">,
): Promise<Received> {
  const name = parseName(headers.get("x-file-name"));
  if (name === undefined) return refuse(400, "A file needs a name: the header x-file-name, percent-encoded.");
  if (Number(headers.get("content-length") ?? 0) > MAX_FILE_BYTES) return refuse(413, TOO_LARGE);
  const bytes = await readLimited(body);
  if (bytes === "too-large") return refuse(413, TOO_LARGE);
  if (bytes.length === 0) return refuse(400, "This file is empty.");
  const mediaType = typeOf(bytes);
  if (mediaType === undefined) return refuse(415, NOT_TAKEN);
  return { ok: true, file: await files.keep(db, stores, { ownerId, name, mediaType, bytes }) };
}

function parseName(header: string | null): string | undefined {
  try {
    return cleanFileName(nameHeader.parse(header));
  } catch {
    return undefined;
  }
}

/** What announced no length, or a wrong one, is counted. */
async function readLimited(body: Request["body"]): Promise<Uint8Array<ArrayBuffer> | "too-large"> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    size += next.value.length;
    if (size > MAX_FILE_BYTES) {
      reader?.releaseLock();
      return "too-large";
    }
    pieces.push(next.value);
  }
  return new Uint8Array(Buffer.concat(pieces));
}
