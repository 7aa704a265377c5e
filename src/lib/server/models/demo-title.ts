const MOST_WORDS = 6;

/** What says how somebody asks, and not what about. */
const LITTLE = new Set(
  [
    "a an the this that these those some any of in on at to for from with by about into and or but if as so than",
    "i me my mine you your we us our it its he she they them their who what which when where why how whether",
    "is are was were be been am do does did can could will would shall should may might must have has had",
    "please hello hi hey thanks thank write tell show give make let explain describe help want need like know ask",
  ].flatMap((words) => words.split(" ")),
);

/** Numbers with their commas, words, and the signs between numbers. */
const WORDS =
  /\d+(?:[.,]\d+)+|[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}'’.+#/-]*[\p{L}\p{N}\p{M}+#])?|(?<=\d ?)[-+*/×÷=](?= ?\d)/gu;
const isSign = (word: string) => /^[^\p{L}\p{N}]$/u.test(word);

/** What the demo model calls a chat: the words of its question that say something, and no claim to more. */
export function demoTitle(question: string): string {
  const words: string[] = question.match(WORDS) ?? [];
  const telling = words.filter(
    (word, at) => !LITTLE.has(word.toLowerCase()) && (isSign(word) || words.indexOf(word) === at),
  );
  const title = (telling.length > 0 ? telling : words).slice(0, MOST_WORDS).join(" ");
  return title.charAt(0).toUpperCase() + title.slice(1);
}
