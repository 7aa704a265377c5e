import type { Topic } from "./demo-answers.ts";
import { quote } from "./demo-quote.ts";
import { CODE, MARKDOWN, TABLE } from "./demo-texts.ts";

/** So short that they can be chosen in the list of chats as well. */
const SHOWN: Record<string, string> = { Table: TABLE, Code: CODE, Text: MARKDOWN };

/** Asks the person something, and does what they say. */
export const QUESTION_TOPIC: Topic = {
  asked: /\bask me\b/i,
  answer: () => ({
    text: "Gladly. I wait for your answer however long it takes: here, in the list of chats, or on another device.",
    call: {
      tool: "askUser",
      input: { question: "What shall I show you next?", options: Object.keys(SHOWN), allowsOther: true },
    },
  }),
  afterTool: ({ output }) => {
    const { answer = "" } = output as { answer?: string };
    const shown = Object.hasOwn(SHOWN, answer) ? SHOWN[answer] : undefined;
    if (shown !== undefined) return { text: `You answered “${answer}”, so here it is:\n\n${shown}` };
    return {
      text: `You answered “${quote(answer)}”. That is more than a script can do; a real model would go on with it.`,
    };
  },
};
