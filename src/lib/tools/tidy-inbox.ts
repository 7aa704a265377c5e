import { tool } from "ai";
import { z } from "zod";
import { chatEditSchema } from "./chat-edit.ts";
import { idSchema } from "./user-message.ts";

const MAX_CHANGES = 50;

/** One change of one chat, in the words of the model. */
export const tidyChangeSchema = z.discriminatedUnion("action", [
  z.object({
    action: z.literal("rename"),
    chatId: idSchema,
    title: chatEditSchema.options[0].shape.title.describe("The new name."),
  }),
  z.object({ action: z.enum(["archive", "unarchive", "pin", "unpin"]), chatId: idSchema }),
]);
export type TidyChange = z.infer<typeof tidyChangeSchema>;

/** What the model is told of the tool; `trigger/tools/tidy-inbox.ts` does it, once a person has approved it. */
export const tidyInbox = tool({
  title: "Tidy inbox",
  description:
    "Renames, archives or pins this person's chats. They see every change and approve or deny all of them together. " +
    "Name chats by the ids that searching them gave you.",
  inputSchema: z.object({ changes: z.array(tidyChangeSchema).min(1).max(MAX_CHANGES) }),
  outputSchema: z.object({
    done: z.number().describe("How many of the changes were made."),
    notFound: z.array(z.string()).describe("Chats that are not there."),
  }),
});
