const FENCE = /^\s*(`{3,}(?=[^`]*$)|~{3,})/;
const LEAD = /^\s*(?:(?:#{1,6}|>)\s+)+/;
const ROW = /^\s*\|(?=\s)(.+)(?<=\s)\|\s*$/;
/** Nothing in code or in an address is a mark. */
const LITERAL = /(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)|https?:\/\/\S+/g;
const STRONG = /(?<!\\)(\*\*|~~)(?=\S)(.+?)(?<=\S)\1/g;
/** Not inside a word: `snake_case` and `2*3*4` are no emphasis. */
const EMPHASIS = /(?<![\p{L}\p{N}\\])(\*|_{1,3})(?=\S)(.+?)(?<=\S)\1(?![\p{L}\p{N}])/gu;
const ESCAPE = /\\([\\`*_{}[\]()#+.!|>~-])/g;
/** To look for pairs takes the longer the longer a text is. */
const PIECES = /[\s\S]{1,999}(?:\s|$)|[\s\S]{1,999}/g;
/** Of the characters that mean nothing by themselves. */
const PLACE = /\uE000(\d+)\uE001/g;

/** Markdown as people read it, line by line: without its marks, and with all its words, code and addresses. */
export function plainText(markdown: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    const mark = FENCE.exec(line)?.[1];
    if (fence === undefined && mark !== undefined) fence = mark;
    else if (fence === undefined) lines.push(...(isRule(line) ? [] : [plainLine(line)]));
    else if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
    else lines.push(line);
  }
  return lines.join("\n");
}

/** Between the head of a table and the rest of it, or across a text. */
const isRule = (line: string) => line.includes("--") && /^[\s:|-]+$/.test(line);

function plainLine(line: string): string {
  const said = line.replace(LEAD, "").replace(ROW, (_row, cells: string) => cells.replace(/\s+\|(?=\s)/g, " ·").trim());
  return (said.match(PIECES) ?? []).map((piece) => aroundLiterals(piece, (text) => unescaped(unpaired(text)))).join("");
}

/** Without what stands around code, strong and emphasised words. */
export const withoutPairs = (line: string) => aroundLiterals(line, unpaired);

export const unescaped = (line: string) => line.replace(ESCAPE, "$1");

/** Of two emphases, one inside the other, without the outer one. */
const unpaired = (text: string) => text.replace(STRONG, "$2").replace(EMPHASIS, "$2");

function aroundLiterals(text: string, change: (text: string) => string): string {
  const literals: string[] = [];
  const rest = text.replace(/[\uE000\uE001]/g, "").replace(LITERAL, (all, _marks, code?: string) => {
    literals.push(code ?? all);
    return `\uE000${literals.length - 1}\uE001`;
  });
  return change(rest).replace(PLACE, (_place, at: string) => literals[Number(at)] ?? "");
}
