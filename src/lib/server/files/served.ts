import { isImage } from "../../tools/file.ts";
import type { FileRow } from "./files.ts";

/**
 * How a file of a person's is answered: shown in the browser, as what it is and nothing else. A text is plain text
 * whatever it calls itself, so a page or a drawing with a script in it shows its source; and if a browser took it for
 * more after all, it would run in an empty sandbox.
 */
export function headersOf({ id, name, media_type, size }: FileRow): Record<string, string> {
  return {
    "content-type": isImage({ mediaType: media_type }) ? media_type : "text/plain; charset=utf-8",
    "content-length": String(size),
    "content-disposition": `inline; filename="${asciiOf(name)}"; filename*=UTF-8''${encodeName(name)}`,
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    // A file never changes, but who may see it does: somebody else may use this browser by now.
    "cache-control": "private, no-cache",
    etag: etagOf({ id }),
  };
}

/** What a browser that has the file asks by. */
export const etagOf = ({ id }: Pick<FileRow, "id">): string => `"${id}"`;

/** For browsers that do not read the other form. */
const asciiOf = (name: string) => name.replace(/[^\x20-\x7e]|["\\]/g, "_");

/** RFC 8187: what `encodeURIComponent` leaves and the grammar does not. */
const encodeName = (name: string) =>
  encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
