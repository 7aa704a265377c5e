import { z } from "zod";
import { MAX_FILES } from "./file-rules.ts";
import { fileIdOf, IMAGE_TYPES, TEXT_TYPE } from "./file.ts";
import { MAX_MESSAGE_BYTES } from "./message.ts";

/**
 * An id that a browser made. Postgres can look for it, it is short enough for an index, and a record can have it for a
 * key: one named `__proto__` would keep its chat from ever being opened again.
 */
export const idSchema = z
  .string()
  .min(1)
  .max(128)
  .refine((id) => id.isWellFormed() && !id.includes("\0") && !(id in Object.prototype));

const textPart = z.object({ type: z.literal("text"), text: z.string().max(MAX_MESSAGE_BYTES) });

/** A file is named by its place in our own storage: a url of somebody else's would make the server fetch it. */
const filePart = z.object({
  type: z.literal("file"),
  mediaType: z.enum([...IMAGE_TYPES, TEXT_TYPE]),
  filename: z.string().max(255).optional(),
  url: z.string().refine((url) => fileIdOf(url) !== undefined),
});

/**
 * What a person can say. A browser could send any part there is, also ones that only an answer may have (a tool's
 * output, a system's words); whatever else comes is refused.
 */
export const userPartsSchema = z
  .array(z.discriminatedUnion("type", [textPart, filePart]))
  .min(1)
  .max(MAX_FILES + 10)
  .refine((parts) => parts.filter((part) => part.type === "file").length <= MAX_FILES)
  .refine((parts) => sizeOf(parts.flatMap((part) => (part.type === "text" ? [part.text] : []))) <= MAX_MESSAGE_BYTES);

/** A question as it comes from a browser. What is not named here is left out. */
export const userMessageSchema = z.object({
  id: idSchema,
  role: z.literal("user"),
  metadata: z.object({ after: idSchema.nullish(), edits: idSchema.optional(), steers: idSchema.optional() }).optional(),
  parts: userPartsSchema,
});

export type UserMessage = z.infer<typeof userMessageSchema>;

const sizeOf = (texts: string[]) => new TextEncoder().encode(texts.join("")).length;
