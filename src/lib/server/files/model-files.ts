import { wrapLanguageModel } from "ai";
import type { Kysely } from "kysely";
import { cannotSee } from "../../tools/file-rules.ts";
import { fileIdOf, isImage } from "../../tools/file.ts";
import type { Database } from "../db/database.ts";
import { throughOutages } from "../db/through-outages.ts";
import { PlainModelError, type ModelInfo } from "../models/index.ts";
import type { CallOptions, LanguageModelV4 } from "../models/language-model.ts";
import * as files from "./files.ts";
import { readAll, type FileStores } from "./storage.ts";

/** Providers take 20 to 50 MB a request; and this process has to hold it twice, once in base64. */
const MOST_BYTES = 32 * 1024 * 1024;
const TOO_MUCH =
  "The files of this conversation are more than 32 MB together, which is the most a model can be sent. Start a new chat.";

type Message = CallOptions["prompt"][number];
type UserPart = Extract<Message, { role: "user" }>["content"][number];

/** Where a chat's files are read for its model. */
export interface ChatFiles {
  db: Kysely<Database>;
  files: FileStores;
  chatId: string;
}

/**
 * A model that is given files instead of their addresses: images as bytes, texts as text. Only files of the chat's owner;
 * whatever else a message names is left out, and nothing is ever fetched.
 *
 * It happens in the call itself, behind everything that keeps or reports what a model was asked: no base64 gets into a
 * message's row, into a stream, or into a span.
 */
export function withFiles(model: LanguageModelV4, info: ModelInfo, from: ChatFiles) {
  const given = wrapLanguageModel({
    model,
    middleware: {
      transformParams: async ({ params }) => ({ ...params, prompt: await fillIn(params.prompt, info, from) }),
    },
  });
  // The SDK would fetch any address that a provider cannot, from inside our network.
  return { model: given, experimental_download: (asked: unknown[]) => Promise.resolve(asked.map(() => null)) };
}

async function fillIn(
  prompt: Message[],
  info: ModelInfo,
  { db, files: stores, chatId }: ChatFiles,
): Promise<Message[]> {
  const ids = new Set(prompt.flatMap((message) => (message.role === "user" ? message.content : [])).flatMap(idOf));
  const known = await throughOutages(() => files.ofChat(db, chatId, [...ids]));
  const fill = async (part: UserPart, isAsked: boolean): Promise<UserPart[]> => {
    if (part.type === "text") return [part];
    const [id] = idOf(part);
    if (id === undefined) return [];
    const file = known.get(id);
    // What the person sends now is refused; what they sent earlier, perhaps to another model, must not end the chat.
    if (!file) {
      if (isAsked) throw new PlainModelError(gone(part.filename));
      return [text("[A file that is no longer there]")];
    }
    if (isImage({ mediaType: file.media_type }) && !info.accepts.images) {
      if (isAsked) throw new PlainModelError(cannotSee(info.label));
      return [text(`[The image ${file.name}, which you cannot see]`)];
    }
    const stream = await stores.of(file.store).get(id);
    if (!stream) throw new Error(`File ${id} has no bytes.`);
    return [contentOf(file, await readAll(stream))];
  };
  if (sum(known.values()) > MOST_BYTES) throw new PlainModelError(TOO_MUCH);
  const question = prompt.findLastIndex((message) => message.role === "user");
  const filled: Message[] = [];
  for (const [at, message] of prompt.entries()) {
    if (message.role !== "user") {
      filled.push(message.role === "assistant" ? { ...message, content: message.content.map(told) } : message);
      continue;
    }
    const content: UserPart[] = [];
    for (const part of message.content) content.push(...(await fill(part, at === question)));
    // Providers refuse a message with nothing in it.
    filled.push({ ...message, content: content.length > 0 ? content : [text("[Nothing]")] });
  }
  return filled;
}

type AnswerPart = Extract<Message, { role: "assistant" }>["content"][number];

/** Most providers refuse a file in an answer, and a chat with one would end there; no provider is to fetch its address. */
function told(part: AnswerPart): AnswerPart {
  if (part.type !== "file" && part.type !== "reasoning-file") return part;
  const name = part.type === "file" ? part.filename : undefined;
  return { type: "text", text: `[A file that you made: ${name ?? part.mediaType}]` };
}

function idOf(part: UserPart): string[] {
  const id = part.type === "file" && part.data.type === "url" ? fileIdOf(part.data.url.href) : undefined;
  return id === undefined ? [] : [id];
}

const gone = (name = "A file") => `${name} is no longer there. Send the message again with the file added anew.`;

function contentOf(file: files.FileRow, bytes: Uint8Array): UserPart {
  if (isImage({ mediaType: file.media_type }))
    return { type: "file", mediaType: file.media_type, filename: file.name, data: { type: "data", data: bytes } };
  return text(`<file name="${file.name}">\n${new TextDecoder().decode(bytes)}\n</file>`);
}

const text = (text: string): UserPart => ({ type: "text", text });

function sum(rows: Iterable<files.FileRow>): number {
  let bytes = 0;
  for (const { size } of rows) bytes += size;
  return bytes;
}
