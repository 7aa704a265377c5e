import { storable } from "../jsonb.ts";

/** In letters; each is at most two characters, and a message takes 255. */
const LONGEST = 120;

/**
 * A name as it is stored and shown: without folders, without characters that are not seen or turn the reading direction
 * (`invoice\u202Efdp.exe` reads as `invoiceexe.pdf`), on one line, and without what would end the quotes around it.
 */
export function cleanFileName(given: string): string {
  const name = storable(given)
    .normalize("NFC")
    .replace(/^.*[/\\]/s, "")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"<>]/gu, "")
    .replace(/\s+/g, " ")
    .trim();
  return shorten(name) || "file";
}

/** Keeps the ending, which says what it is. */
function shorten(name: string): string {
  const letters = Array.from(name);
  if (letters.length <= LONGEST) return name;
  const ending = /\.[^.]{1,10}$/.exec(name)?.[0] ?? "";
  return letters.slice(0, LONGEST - ending.length - 1).join("") + "…" + ending;
}
