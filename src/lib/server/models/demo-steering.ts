import type { Topic } from "./demo-answers.ts";

/** So many that there is time to write something. */
const COUNTED = 150;

/** Speaks for a while and then uses a tool, after which a model reads what was sent meanwhile. */
export const STEERING_TOPIC: Topic = {
  asked: /\bsteer/i,
  answer: () => ({
    text: `Write something now, for example **show me a table**, and press Enter: it goes into this answer. I read it at my next step, which comes after a tool. With Ctrl+Enter it waits in the queue for its own turn instead.\n\nMeanwhile I count: ${numbers()}. Now I use a tool.`,
    call: { tool: "runCode", input: { code: "new Date().getFullYear()" } },
  }),
  afterTool: () => ({
    text: "Nobody steered me. Ask me again, and write something while I count: then I go on with that.",
  }),
};

const numbers = () => Array.from({ length: COUNTED }, (_, index) => index + 1).join(", ");
