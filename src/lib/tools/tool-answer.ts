import { z } from "zod";
import { MAX_ANSWER_LENGTH } from "./requests.ts";

/** An id that a provider made. */
const toolCallId = z.string().min(1).max(500);

/**
 * `POST /api/chats/[chatId]/answers`: what a person says to a request of an answer. `always`: yes, and to this tool in this
 * chat from now on.
 */
export const toolAnswerSchema = z.union([
  z.object({ toolCallId, decision: z.enum(["approve", "always"]) }),
  z.object({
    toolCallId,
    decision: z.literal("deny"),
    reason: z.string().trim().max(1000).optional(),
  }),
  /** To a question: one of its options, or other words if it allows that. */
  z.object({ toolCallId, answer: z.string().trim().min(1).max(MAX_ANSWER_LENGTH) }),
]);
export type ToolAnswer = z.infer<typeof toolAnswerSchema>;

/** What became of a request. */
export type ToolOutcome = { approved: boolean; reason?: string } | { answer: string };
