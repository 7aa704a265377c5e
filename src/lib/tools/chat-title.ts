export const MAX_TITLE_LENGTH = 200;

/** A name on one line. Controls that would turn the text around it, or hide what it says, are left out. */
export function evenOut(title: string): string {
  return title
    .replace(/[\p{Cc}\s]+/gu, " ")
    .replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff]/g, "")
    .trim();
}
