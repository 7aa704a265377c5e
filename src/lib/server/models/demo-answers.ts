import { quote } from "./demo-quote.ts";
import { BRANCHES, CODE, DEMO, DURABLE, KEYS, MARKDOWN, OFFERS, PLACES, SOURCES, TABLE } from "./demo-texts.ts";
import { makePng } from "./demo-png.ts";
import { TOOL_TOPICS, without, type DemoResult } from "./demo-tools.ts";

/** What the demo model says. Pure: the conversation in, an answer out. */
export interface DemoAnswer {
  text: string;
  reasoning?: string;
  /** What the text goes back to. */
  sources?: { url: string; title: string }[];
  /** A PNG, after the text. */
  image?: Buffer;
  /** Said after the text, as a failure. */
  error?: string;
  /** A tool that is called after the text. What comes of it goes to the topic's `afterTool`. */
  call?: { tool: string; input: object };
}

export interface DemoTurn {
  role: "user" | "assistant" | "summary";
  text: string;
  /** What came with it, each in a few words. */
  files?: string[];
}

export type Topic = {
  asked: RegExp;
  answer: (question: string, earlier: string[], summary?: string) => DemoAnswer;
  /** Goes on in the same answer, and may call another tool. */
  afterTool?: (result: DemoResult, question: string) => DemoAnswer;
};

/** `result`: what came of the tool that the answer to the last question called last. */
export function answerTo(turns: DemoTurn[], result?: DemoResult): DemoAnswer {
  const questions = turns.flatMap((turn) => (turn.role === "user" ? [turn.text.trim()] : []));
  const question = questions.at(-1) ?? "";
  const earlier = questions.slice(0, -1);
  const topic = TOPICS.find(({ asked }) => asked.test(question));
  if (result) return without(result) ?? topic?.afterTool?.(result, question) ?? { text: "The tool is done." };
  const files = turns.findLast((turn) => turn.role === "user")?.files ?? [];
  if (files.length > 0) return { text: received(files) };
  const summary = turns.find((turn) => turn.role === "summary")?.text;
  return topic ? topic.answer(question, earlier, summary) : introduction(question, earlier);
}

const TOPICS: Topic[] = [
  ...TOOL_TOPICS,
  {
    asked: /\b(fail|an error|error please|show .*error)\b/i,
    answer: () => ({
      text: "I begin to answer, and then ",
      error: "This is the error you asked the demo model for. Retry asks again; your message is kept.",
    }),
  },
  {
    asked:
      /what did i (just )?(ask|say|write)|(first|last|previous|earlier) (question|message)|do you remember|remember me/i,
    answer: (_question, earlier, summary) => ({ text: summary ?? remembered(earlier) }),
  },
  {
    asked: /\b(reason|reasoning|think|step by step)\b/i,
    answer: (question) => ({
      reasoning:
        "The person wants to see reasoning. I should think aloud for a moment: first about what was asked, then about what I can honestly say. I am a script, so the honest answer is short.",
      text: `Above this answer is what a reasoning model shows while it thinks; it can be folded away.\n\nYou asked: “${quote(question)}”. ${DEMO} A real model would reason about your question; I only show how it looks.`,
    }),
  },
  {
    asked: /\b(sources?|citations?|cite)\b/i,
    answer: () => ({
      text: "A model that searches the web names what its answer rests on. I have looked nothing up: these are pages about what Skein is built with.",
      sources: SOURCES,
    }),
  },
  {
    asked: /\b(image|picture|draw|drawing)\b/i,
    answer: () => ({
      text: "Some models answer with images. This one was computed, not imagined; click on it to enlarge it.",
      image: makePng(320, 200, 160),
    }),
  },
  { asked: /\b(long|essay|story|lorem)\b/i, answer: (question) => ({ text: longAnswer(amount(question)) }) },
  {
    asked: /\btable\b/i,
    answer: () => ({
      text: `Here is a table of what Skein can run on:\n\n${TABLE}\n\nEvery row works without changing a line of code.`,
    }),
  },
  {
    asked: /\b(code|function|script|snippet)\b/i,
    answer: () => ({
      text: `A typed function, as a model would write one:\n\n${CODE}\n\nThe block has a copy button, and it was highlighted as it arrived.`,
    }),
  },
  { asked: /\b(edit|branch|branches)\b/i, answer: () => ({ text: BRANCHES }) },
  { asked: /\b(markdown|format)/i, answer: () => ({ text: MARKDOWN }) },
  {
    asked: /\b(key|api key|anthropic|claude|openai|gpt|google|gemini|ollama|provider|real model|another model)\b/i,
    answer: () => ({ text: KEYS }),
  },
  { asked: /\b(trigger|deploy|cloud|scale|postgres|database|production)\b/i, answer: () => ({ text: PLACES }) },
  { asked: /\b(durable|survive|refresh|reload|crash|restart|resume|stop)\b/i, answer: () => ({ text: DURABLE }) },
];

function received(files: string[]): string {
  const list = files.map((file) => `- ${file}`).join("\n");
  return `This is what came with your message:\n\n${list}\n\n${DEMO} I can count what I am given, and not look at it or read it. A real model gets exactly this.`;
}

function introduction(question: string, earlier: string[]): DemoAnswer {
  if (earlier.length > 0) {
    return {
      text: `You wrote: “${quote(question)}”. ${DEMO} I cannot answer that properly, but everything around the answer is real: it was streamed from a durable run and is stored.\n\n${OFFERS}`,
    };
  }
  return {
    text: `Hello! ${DEMO} I am here so that you can try everything before you have a key.\n\n**Skein** is a chat app whose conversations are durable: each one is a session run by an agent task, so an answer survives a reload, another tab, a crash and a deploy. Try it now: reload this page while I am still writing.\n\n${OFFERS}`,
  };
}

function remembered(earlier: string[]): string {
  const [first] = earlier;
  if (first === undefined)
    return "This is the first thing you wrote in this conversation, so there is nothing to remember yet. Write something else, then ask me again.";
  const last = earlier.at(-1) ?? first;
  const also = earlier.length > 1 ? ` The last thing before this was: “${quote(last)}”.` : "";
  return `You have written ${earlier.length} ${earlier.length === 1 ? "message" : "messages"} before this one. The first was: “${quote(first)}”.${also}`;
}

function longAnswer(wanted: number): string {
  const paragraphs: string[] = [
    "Here is a long answer. Reload the page, open it elsewhere, or press Stop: the words are numbered, so you can check that none is lost.",
  ];
  for (let from = 1; from <= wanted; from += 50) {
    const numbers = Array.from({ length: Math.min(50, wanted - from + 1) }, (_, index) => `word ${from + index}`);
    paragraphs.push(`${numbers.join(", ")}.`);
  }
  return [...paragraphs, "That was all."].join("\n\n");
}

/** How many words somebody asked for, within reason. */
function amount(question: string): number {
  const asked = Number(/\d{1,5}/.exec(question)?.[0] ?? 300);
  return Math.min(Math.max(asked, 10), 5000);
}
