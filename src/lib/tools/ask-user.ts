import { tool } from "ai";
import { z } from "zod";

/** A question to the person. Nothing executes it: their answer is its output (server/approvals). */
export const askUser = tool({
  title: "Ask you",
  description:
    "Asks the person one question and waits for the answer, however long it takes. Use it when you cannot go on without " +
    "a decision that is theirs. Offer the likely answers as options.",
  inputSchema: z.object({
    question: z.string().min(1).max(500),
    options: z.array(z.string().min(1).max(100)).min(2).max(6),
    allowsOther: z.boolean().default(true).describe("Whether they may answer in their own words."),
  }),
  outputSchema: z.object({ answer: z.string() }),
});
