import type { DemoAnswer, Topic } from "./demo-answers.ts";
import { INBOX_TOPICS } from "./demo-inbox.ts";
import { QUESTION_TOPIC } from "./demo-question.ts";
import { quote } from "./demo-quote.ts";
import { RESEARCH_TOPIC } from "./demo-research.ts";
import { STEERING_TOPIC } from "./demo-steering.ts";

/** What came of a tool that the demo model called: one of the three. */
export interface DemoResult {
  tool: string;
  output?: unknown;
  error?: string;
  /** The person said no, and why: empty if they did not say. */
  denied?: string;
}

/** What is said when the tool brought nothing, whichever it was. */
export function without({ error, denied }: DemoResult): DemoAnswer | undefined {
  if (error !== undefined) return { text: `That failed: “${quote(error)}” A real model would look for another way.` };
  if (denied === undefined) return undefined;
  return { text: `You said no${denied === "" ? "" : `: “${quote(denied)}”`}, so it was not done.` };
}

/** What the demo model does with tools. */
export const TOOL_TOPICS: Topic[] = [
  RESEARCH_TOPIC,
  ...INBOX_TOPICS,
  QUESTION_TOPIC,
  STEERING_TOPIC,
  {
    asked: /\bfetch\b|\b(read|open|visit|summari[sz]e)\b.*\bhttps?:\/\//is,
    answer: (question) => {
      const url = addressIn(question);
      if (url === undefined) return { text: "Tell me which page, for example: **fetch https://example.org**" };
      return { text: "I fetch that page.", call: { tool: "fetchPage", input: { url } } };
    },
    afterTool: ({ output }) => {
      const { title = "", url = "", markdown = "" } = output as Partial<Record<string, string>>;
      return {
        text: `I read “${quote(title)}” at ${url}: ${markdown.length} characters of Markdown. It begins: “${firstSentence(markdown)}”\n\nA real model would now answer from what it says.`,
      };
    },
  },
  {
    asked: /\b(run|execute|evaluate)\b.*\b(code|javascript|js)\b|\b(calculate|compute)\b|^js\s|```(js|javascript)\b/is,
    answer: (question) => ({
      text: "I let it run in a sandbox.",
      call: { tool: "runCode", input: { code: codeIn(question) ?? SAMPLE } },
    }),
    afterTool: ({ output }) => {
      const { logs, value, error } = output as Partial<Record<string, string>>;
      if (error !== undefined) return { text: `The code ended with an error: \`${quote(error)}\`` };
      const printed = logs ? `It printed:\n\n\`\`\`\n${logs.slice(0, 2000)}\n\`\`\`\n\n` : "";
      return { text: `${printed}The value is \`${quote(value ?? "undefined")}\`.` };
    },
  },
];

function addressIn(question: string): string | undefined {
  const written = /\bhttps?:\/\/[^\s<>"'`]+/i.exec(question)?.[0].replace(/[.,;:!?)\]]+$/, "");
  if (written !== undefined) return written;
  const name = /\bfetch\s+([\w-]+(\.[\w-]+)+(\/\S*)?)/i.exec(question)?.[1];
  return name && `https://${name}`;
}

const firstSentence = (markdown: string) => quote(/[^#\s].*?[.!?](?=\s|$)/s.exec(markdown)?.[0] ?? markdown);

function codeIn(question: string): string | undefined {
  const written = /```\w*\n(.*?)```/s.exec(question) ?? /`([^`]+)`/.exec(question) ?? /^js\s+(.+)/is.exec(question);
  return written?.[1]?.trim() ?? /[-(]*\d[\d\s.()+*/%-]*/.exec(question)?.[0].trim();
}

/** What is run when somebody only wants to see it. */
const SAMPLE = `const primes = [];
for (let n = 2; primes.length < 10; n++) {
  if (primes.every((prime) => n % prime !== 0)) primes.push(n);
}
console.log(primes.join(", "));
primes.reduce((sum, prime) => sum + prime, 0);`;
