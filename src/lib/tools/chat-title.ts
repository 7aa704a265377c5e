export const MAX_TITLE_LENGTH = 200;

/** A name on one line. Controls that would turn the text around it, or hide what it says, are left out. */
export function evenOut(title: string): string {
  return title
    .replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff]/g, "")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
}

/** At most `length` of a text and an ellipsis, cut at a word and never inside of what is seen as one character. */
export function cutOff(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = new Intl.Segmenter().segment(text).containing(length)?.index ?? length;
  const space = text.slice(0, end + 1).lastIndexOf(" ");
  const kept = text.slice(0, space > length / 2 ? space : end);
  return kept === "" ? "" : `${kept}…`;
}
