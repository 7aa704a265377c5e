import type { FileUIPart } from "ai";

/** A file of a person's, as messages, drafts and chips refer to it. Its bytes are elsewhere (server/files). */
export interface AttachedFile {
  id: string;
  name: string;
  /** One of IMAGE_TYPES, or TEXT_TYPE: the content decided, whatever the name says. */
  mediaType: string;
  /** In bytes. A message does not say it. */
  size?: number;
}

/** What every model that sees can look at. */
export const IMAGE_TYPES: readonly string[] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
export const TEXT_TYPE = "text/plain";

export const isImage = ({ mediaType }: Pick<AttachedFile, "mediaType">): boolean => IMAGE_TYPES.includes(mediaType);

/**
 * The address of a file inside a message. It is no web address on purpose: nothing on the way to a model can be made to
 * fetch it, and the AI SDK takes no relative one.
 */
const SCHEME = "skein-file:";
const ADDRESS = /^skein-file:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The id in an address of ours; undefined for every other address. */
export function fileIdOf(url: unknown): string | undefined {
  return typeof url === "string" ? ADDRESS.exec(url)?.[1] : undefined;
}

export function filePart({ id, name, mediaType }: AttachedFile): FileUIPart {
  return { type: "file", url: SCHEME + id, filename: name, mediaType };
}

/** The files that a message refers to, in order. A part with any other address refers to nothing. */
export function filesIn({ parts }: { parts: readonly { type: string }[] }): AttachedFile[] {
  return parts.flatMap((part) => {
    if (part.type !== "file") return [];
    const { url, filename, mediaType } = part as FileUIPart;
    const id = fileIdOf(url);
    return id === undefined ? [] : [{ id, name: filename ?? "File", mediaType }];
  });
}

/** Drops the files that are not ours, and with them whatever somebody wrote into their addresses. */
export function withoutForeignFiles<P extends { type: string }>(parts: P[]): P[] {
  return parts.filter((part) => part.type !== "file" || isOurs(part as unknown as FileUIPart));
}

function isOurs(file: FileUIPart): boolean {
  return fileIdOf(file.url) !== undefined && isNamed(file);
}

/** Whether what it is and what it is called is what it should be. */
export function isNamed({ mediaType, filename }: FileUIPart): boolean {
  const hasName = filename === undefined || (typeof filename === "string" && filename.length < 300);
  return typeof mediaType === "string" && mediaType.length < 100 && hasName;
}
