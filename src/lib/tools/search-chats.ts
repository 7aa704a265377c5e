import { tool } from "ai";
import { z } from "zod";

/** What the model is told of the tool; `trigger/tools/search-chats.ts` does it. */
export const searchChats = tool({
  title: "Search chats",
  description:
    "Searches what this person and you said in their other chats. Use it when they refer to an earlier conversation.",
  inputSchema: z.object({
    query: z.string().min(1).max(200).describe('Words that must all occur. "Quotes" for a phrase, or, -without.'),
  }),
  outputSchema: z.object({
    results: z.array(
      z.object({
        chatId: z.string(),
        title: z.string(),
        role: z.enum(["user", "assistant", "system"]),
        excerpt: z.string(),
        /** ISO 8601 */
        saidAt: z.string(),
      }),
    ),
  }),
});
