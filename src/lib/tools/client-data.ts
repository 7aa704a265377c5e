import { z } from "zod";

/**
 * What a page sends along with every message. The browser can put anything here, so it decides nothing but taste:
 * whose chat it is comes from the chat's row. What does not fit counts as nothing said, because a run whose payload does
 * not parse dies before its first message, and so does every run after it.
 */
export const clientDataSchema = z.object({ model: z.string().max(200).optional() }).catch({});

export type ClientData = z.infer<typeof clientDataSchema>;
