import type { FileUIPart } from "ai";
import { MAX_FILE_BYTES } from "./file-rules.ts";
import { fileIdOf, IMAGE_TYPES, isNamed } from "./file.ts";

/**
 * Where the bytes of a file in an answer are. Nothing is ever loaded from elsewhere: a model could tell a stranger what
 * it knows through the address of a file. Such an address is shown as what it is, a text.
 */
export type FilePlace =
  { is: "ours"; fileId: string } | { is: "here"; url: string } | { is: "elsewhere"; address: string };

export function placeOf({ url }: Pick<FileUIPart, "url">): FilePlace {
  const fileId = fileIdOf(url);
  if (fileId !== undefined) return { is: "ours", fileId };
  if (typeof url === "string" && /^data:[\w.+-]+\/[\w.+-]+;base64,/.test(url)) return { is: "here", url };
  return { is: "elsewhere", address: String(url).slice(0, LONGEST_ELSEWHERE) };
}

/** The longest address that is kept: of a whole file in base64, or of a file elsewhere. */
const LONGEST_HERE = Math.ceil((MAX_FILE_BYTES * 4) / 3) + 200;
const LONGEST_ELSEWHERE = 2000;

/** An answer's parts without the files that are too large to be kept beside its words, or that make no sense. */
export function withoutUnfitFiles<P extends { type: string }>(parts: P[]): P[] {
  return parts.filter((part) => part.type !== "file" || isFit(part as unknown as FileUIPart));
}

function isFit(file: FileUIPart): boolean {
  const { url } = file;
  if (typeof url !== "string" || !isNamed(file)) return false;
  return fileIdOf(url) !== undefined || url.length <= (url.startsWith("data:") ? LONGEST_HERE : LONGEST_ELSEWHERE);
}

/** Whether it is an image that browsers show and that can hold no script. What is here says itself what it is. */
export function isPicture({ url, mediaType }: Pick<FileUIPart, "url" | "mediaType">): boolean {
  const said = /^data:([^;,]+)/.exec(url)?.[1] ?? mediaType;
  return IMAGE_TYPES.includes(said);
}
