import { cutOff, evenOut } from "../../tools/chat-title.ts";
import { unescaped, withoutPairs } from "../../tools/plain-text.ts";

/** The longest name that a model may give a chat, in UTF-16 units, its ellipsis included. */
const MAX_LENGTH = 80;
/** More is not looked at: names are short, and to look for pairs takes the longer the longer a text is. */
const ANSWER_LENGTH = 2000;
const LINE_LENGTH = 300;

/**
 * The name in what a model wrote when it was asked for one, as plain text on one line. Empty: there is none in it. What it
 * thought, Markdown and quotes around it are left out; anything else, HTML too, is text like any other.
 */
export function cleanTitle(written: string): string {
  const answer = answerIn(written).trimStart().slice(0, ANSWER_LENGTH);
  const isList = LIST.test(answer);
  const lines = answer
    .split(/[\n\r\v\f\u0085\u2028\u2029]+/)
    .map((line) => plain(isList ? line.replace(NUMBER, "") : line))
    .filter((line) => READABLE.test(line));
  // "Here is a title:" only announces one.
  return cutOff(lines.find((line) => !/[:：]$/.test(line)) ?? "", MAX_LENGTH - 1);
}

const THOUGHT = String.raw`(?:think|thinking|thought|reasoning)`;

/** What comes after the last thought. A thought that never ends is all there is. */
function answerIn(written: string): string {
  const answer = written.split(new RegExp(`</${THOUGHT}>`, "i")).at(-1) ?? "";
  return new RegExp(`<${THOUGHT}>`, "i").test(answer) ? "" : answer;
}

/** A line of dashes says nothing. */
const READABLE = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;

/** One number alone is no list: a war may be the second. */
const LIST = /^\s*1[.)]\s.*\n+\s*2[.)]\s/m;
const NUMBER = /^\s*\d+[.)]\s+/;

const FENCE = /^(```|~~~)[^`~]*$/;
const LEAD = /^(#{1,6}|>|[-*+])\s+/;
const LABEL =
  /^(chat title|title|titel|titre|título|titulo|titolo|название|заголовок|标题|標題|タイトル|제목)\s*[:：]\s*/iu;
const LINK = /!?\[([^[\]]*)\]\([^()]*\)/g;
const QUOTES = ['""', "''", "“”", "„“", "„”", "””", "‘’", "«»", "»«", "‹›", "「」", "『』", "《》"];

/** One is inside another, as in `**"Title: Lisbon."**`: until nothing is left to take away. */
function plain(line: string): string {
  let text = evenOut(line.slice(0, LINE_LENGTH));
  if (FENCE.test(text)) return "";
  for (let before: string | undefined; before !== text;) {
    before = text;
    text = unquoted(withoutPairs(text.replace(LEAD, "").replace(LABEL, "").replace(LINK, "$1")));
    text = text.replace(/(?<!\.)[.。]$/, "").trim();
  }
  return unescaped(text);
}

/** `"Yes" or "no"` is not one quotation. */
function unquoted(text: string): string {
  const inside = text.slice(1, -1);
  const isQuotation = QUOTES.some(
    ([open = "", close = ""]) =>
      text.startsWith(open) && text.endsWith(close) && !inside.includes(open) && !inside.includes(close),
  );
  return isQuotation && inside !== "" ? inside : text;
}
