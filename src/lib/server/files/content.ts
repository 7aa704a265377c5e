import { TEXT_TYPE } from "../../tools/file.ts";

/**
 * What a file is, by its content alone: an image that models can look at, text, or nothing that is taken (undefined).
 * What calls itself an image and is none may still be text: an SVG or a page of HTML, which is never served as such.
 */
export function typeOf(bytes: Uint8Array): string | undefined {
  return IMAGES.find(({ isIt }) => isIt(bytes))?.type ?? (isText(bytes) ? TEXT_TYPE : undefined);
}

const startsWith =
  (...signature: (number | null)[]) =>
  (bytes: Uint8Array) =>
    bytes.length > signature.length && signature.every((byte, at) => byte === null || byte === bytes[at]);

const ascii = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));

const IMAGES = [
  { type: "image/png", isIt: startsWith(0x89, ...ascii("PNG\r\n"), 0x1a, 0x0a) },
  { type: "image/jpeg", isIt: startsWith(0xff, 0xd8, 0xff) },
  { type: "image/gif", isIt: startsWith(...ascii("GIF87a")) },
  { type: "image/gif", isIt: startsWith(...ascii("GIF89a")) },
  { type: "image/webp", isIt: startsWith(...ascii("RIFF"), null, null, null, null, ...ascii("WEBP")) },
];

/** UTF-8 without the control characters that no text has. */
function isText(bytes: Uint8Array): boolean {
  if (bytes.some((byte) => byte < 32 && !TEXT_CONTROLS.has(byte))) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Tab, line feed, vertical tab, form feed, carriage return, and the escape of coloured logs. */
const TEXT_CONTROLS = new Set([9, 10, 11, 12, 13, 27]);
