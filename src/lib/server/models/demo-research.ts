import { cutOff } from "../../tools/chat-title.ts";
import type { DemoAnswer, Topic } from "./demo-answers.ts";
import { foundIn } from "./demo-inbox.ts";
import { quote } from "./demo-quote.ts";
import type { DemoResult } from "./demo-tools.ts";

const MAX_TITLE = 60;

/** Hands a question over to the sub-agent. */
export const RESEARCH_TOPIC: Topic = {
  asked: /\b(research|investigate|sub-?agents?)\b/i,
  answer: (question) => {
    const about = subjectOf(question) ?? "what Skein is";
    return {
      text: "I hand this over to the research agent. You see below what it does, and can open it on a page of its own.",
      call: { tool: "deepResearch", input: { title: cutOff(about, MAX_TITLE), question: about } },
    };
  },
  afterTool: ({ output }) => {
    const { report, isStopped } = output as { report?: string; isStopped?: boolean };
    // It is told the note of the tool beside it.
    const words = report?.split(/\s+/).filter(Boolean).length ?? 0;
    return {
      text: `The sub-agent ${isStopped ? "was stopped" : "is done"}. All that I was told is its report of ${words} words: what it read and thought stayed with it. A real model would go on from there.`,
    };
  },
};

/** What the sub-agent does with its question: looks through the person's chats, and reports. */
export function research(question: string, result: DemoResult | undefined): DemoAnswer {
  if (!result)
    return {
      reasoning: "I am a script, so I cannot research. But I can show how it looks: first a search, then a report.",
      text: "First I look at what was said about this before.",
      call: { tool: "searchChats", input: { query: question.slice(0, 200) } },
    };
  const titles = foundIn(result.output ?? {}).map(({ title }) => `- “${quote(title)}”`);
  const found =
    titles.length > 0 ? `These chats mention it:\n\n${[...new Set(titles)].join("\n")}` : "No other chat mentions it.";
  return {
    text: `${REPORT.replace("%", quote(question))}\n\n## What I found\n\n${found}\n\n## What I could not find out\n\nEverything that needs a real model: it would read pages of the web, run code and judge what it finds. Set a key, and ask again.`,
  };
}

const REPORT = `## Report

You asked: “%”. This was written by Skein's built-in **demo model**, a script, in the place of a research agent.

## How this was made

1. The agent you talk to called a tool, \`deepResearch\`.
2. The tool began a **session of its own** for the sub-agent, which runs beside the chat and is stored like it.
3. What the sub-agent says is forwarded into the card as it is written. A reload shows the same; so does another device.
4. Stop ends both. On its own page the sub-agent can be stopped alone.
5. If a process dies in the middle, the sub-agent goes on, and the answer takes up its report.`;

function subjectOf(question: string): string | undefined {
  const asked = /\b(?:research|investigate)\b\s*(?:on|into|about)?\s*(.+)$/is.exec(question)?.[1];
  const subject = asked?.replace(/\s+/g, " ").replace(/[\s.?!]+$/, "");
  return subject === undefined || subject === "" ? undefined : subject.slice(0, 4000);
}
