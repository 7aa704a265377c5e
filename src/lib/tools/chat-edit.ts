import { z } from "zod";
import { evenOut, MAX_TITLE_LENGTH } from "./chat-title.ts";

/** What a person can change about a chat from its row. Each says how it is to be: twice is once. */
export const chatEditSchema = z.discriminatedUnion("type", [
  /** A name of the person's own, which no other ever replaces. White space is evened out. */
  z.object({
    type: z.literal("rename"),
    title: z.string().transform(evenOut).pipe(z.string().min(1).max(MAX_TITLE_LENGTH)),
  }),
  z.object({ type: z.literal("pin"), isPinned: z.boolean() }),
  z.object({ type: z.literal("archive"), isArchived: z.boolean() }),
  /** As if what was said last had not been seen. */
  z.object({ type: z.literal("unread") }),
  /** Gone from everywhere at once, and for good `UNDO_MS` later, unless it is taken back before. */
  z.object({ type: z.literal("delete"), isDeleted: z.boolean() }),
]);

export type ChatEdit = z.infer<typeof chatEditSchema>;
