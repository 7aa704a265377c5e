/** What the seeded chats are written in: everyday words, the most frequent first, then made-up ones without end. */
const EVERYDAY =
  `the of and to a in is that for it on with as this be are or you from at by can not we an if which will when how use
  there one all your more has but what so they about into then was than each have some would like these time them other
  data code file make run first set other also line work list way value need only name table just new call two between
  test where function next version type user error server write before even page change read because after message point
  same example system number good part right end open question answer case result without order plan add search start`
    .split(/\s+/)
    .filter((word, at, all) => all.indexOf(word) === at);

/** What titles are about. */
export const topics =
  `garden Lisbon budget sourdough invoice kernel marathon piano wedding telescope compiler rent vaccine chess novel
  bicycle tax insurance migration kitchen violin thesis passport allergy router spreadsheet poem interview balcony
  recipe contract sailing dashboard battery orchard lecture hiking mortgage translation keyboard photography beehive`
    .split(/\s+/)
    .filter(Boolean);

const SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo za bra cle dri flo gru".split(" ");

/** `count` different words, in the order of how often they are used. */
export function vocabulary(count: number): string[] {
  const words = [...EVERYDAY];
  for (let n = SYLLABLES.length; words.length < count; n++) {
    let word = "";
    for (let rest = n; rest > 0; rest = Math.floor(rest / SYLLABLES.length))
      word += SYLLABLES[rest % SYLLABLES.length] ?? "";
    words.push(word);
  }
  return words.slice(0, count);
}
