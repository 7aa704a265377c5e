import { z } from "zod";
import { idSchema, userPartsSchema } from "./user-message.ts";

/**
 * What a page can ask of the agent beside a message, and what is answered. Messages are named by their ids in the tree,
 * on whichever branch they are; an action that is read twice changes nothing the second time.
 */
export const actionSchema = z.discriminatedUnion("type", [
  /** A new sibling of the question `messageId`, which is answered. The old one and all below it stay. */
  z.object({
    type: z.literal("edit"),
    messageId: idSchema,
    message: z.object({ id: idSchema, parts: userPartsSchema }),
  }),
  /** Another answer beside the answer `messageId`, or to the question `messageId`. `attempt` is its id and in its metadata: read again, it is known. */
  z.object({ type: z.literal("regenerate"), messageId: idSchema, attempt: z.uuid() }),
  /**
   * The answer `messageId`, which was stopped or broke off, goes on where it ended. Its stream begins with what it has
   * so far, under the same id: whoever reads it from the start of the turn has the whole.
   */
  z.object({ type: z.literal("continue"), messageId: idSchema, attempt: z.uuid() }),
  /**
   * The answer `messageId` goes on, because all that it asked is answered. What was said to it is in the database, and
   * nothing of it here: whoever sends this decides nothing.
   */
  z.object({ type: z.literal("answer"), messageId: idSchema, attempt: z.uuid() }),
]);

export type ChatAction = z.infer<typeof actionSchema>;
export type EditAction = Extract<ChatAction, { type: "edit" }>;
