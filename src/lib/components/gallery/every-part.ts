/** What an answer is made of, as an agent stores it. */

export const text = (text: string) => ({ type: "text", text });
export const tool = (name: string, state: string, more: object = {}) => ({
  ...{ type: `tool-${name}`, toolCallId: `call-${name}-${state}`, state, input: {} },
  ...more,
});

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const source = (n: number) => ({
  ...{ type: "source-url", sourceId: `s${n}`, url: `https://site${n}.example/page`, title: `Source ${n}` },
});

const MARKDOWN = `# A heading

Words with **weight**, *stress*, \`code\`, ~~regret~~ and [a link](https://example.org/), and a note.[^1]

> What somebody said.

1. First
2. Second
   - [x] done
   - [ ] to do

| Column | Number |
| ------ | -----: |
| One    |      1 |

> [!WARNING]
> Take care.

\`\`\`ts
// A comment.
const answer: number = 6 * 7;
console.log(\`the answer is \${answer}\`);
\`\`\`

Mathematics: $a^2 + b^2 = c^2$

![Far away](https://elsewhere.example/picture.png)

[^1]: At the foot.`;

/** Every kind of part that an answer can have, each in its states. */
export const EVERY_PART: object[] = [
  { type: "step-start" },
  { type: "reasoning", text: "First I think about it." },
  text(MARKDOWN),
  tool("prepare", "input-streaming", { input: undefined }),
  tool("runIt", "input-available", { input: { a: 1, list: [true, null, "text"] } }),
  tool("lookUpWeather", "output-available", { title: "Weather", input: { city: "Oslo" }, output: { degrees: -3 } }),
  tool("fail", "output-error", { errorText: "The service is away." }),
  tool("deny", "output-denied", { approval: { id: "a", approved: false, reason: "Not today" } }),
  tool("searchChats", "output-available", {
    input: { query: "Lisbon" },
    output: {
      results: [
        ...[{ chatId: "x", title: "Lisbon", role: "user", excerpt: "About trams", saidAt: "2026-11-01T10:00:00.000Z" }],
      ],
    },
  }),
  tool("fetchPage", "output-available", {
    input: { url: "https://example.org/" },
    output: { url: "https://example.org/", title: "Example", markdown: "# Example\n\nSome text.", isCut: true },
  }),
  tool("runCode", "output-available", {
    input: { code: "console.log('once'); 6 * 7" },
    output: { logs: ["once"], value: "42", tookMs: 3 },
  }),
  { type: "data-progress", id: "p", data: { label: "Reading pages", value: 0.4 } },
  ...[1, 2, 3, 4, 5, 6].map(source),
  { type: "file", mediaType: "image/png", filename: "dot.png", url: `data:image/png;base64,${PNG}` },
  { type: "file", mediaType: "text/csv", filename: "table.csv", url: "data:text/csv;base64,YSxi" },
  { type: "file", mediaType: "image/png", filename: "far.png", url: "https://elsewhere.example/far.png" },
  { type: "data-of-tomorrow", data: { hello: "world" } },
  text("And so it ends."),
];
