import { z } from "zod";
import type { SkeinMessage } from "./message.ts";
import { idSchema, userPartsSchema } from "./user-message.ts";

/**
 * A message that the server keeps until a turn has it, on every device the same. Its id is the one that the message will
 * have, so that sending it again is recognised.
 */
export interface QueuedMessage {
  id: string;
  parts: SkeinMessage["parts"];
  /** As `provider:model`; null: the chat's own. */
  model: string | null;
  /**
   * `queue`: it becomes a turn of its own when those before it are over. `steer`: it goes into the turn that runs, at the
   * next step; a turn without another step leaves it to be the next turn.
   */
  kind: "queue" | "steer";
  /** `waiting`: it can still be changed. `sent`: the agent has it, and it is here until it is stored as a message. */
  state: "waiting" | "sent";
}

/** All of them in the order in which they go out. */
export interface MessageQueue {
  /** Nothing that waits goes out until the person continues: they stopped a turn, or one failed. */
  isPaused: boolean;
  items: QueuedMessage[];
}

/**
 * `POST /api/chats/[chatId]/queue`. `interrupt`: the turn that runs is stopped, and this is the next one, before all that
 * waits.
 */
export const enqueueSchema = z.object({
  message: z.object({ id: idSchema, parts: userPartsSchema }),
  kind: z.enum(["queue", "steer", "interrupt"]),
  model: z.string().max(200).optional(),
});
export type Enqueue = z.infer<typeof enqueueSchema>;

/** `PATCH /api/chats/[chatId]/queue`: another order of what waits, or on with it. */
export const arrangeSchema = z.union([
  z.object({ order: z.array(idSchema).max(1000) }),
  z.object({ isPaused: z.boolean() }),
]);
export type Arrange = z.infer<typeof arrangeSchema>;

/** `PATCH /api/chats/[chatId]/queue/[messageId]`: other words, or into the turn that runs. */
export const changeQueuedSchema = z.union([
  z.object({ parts: userPartsSchema }),
  z.object({ kind: z.literal("steer") }),
]);
export type ChangeQueued = z.infer<typeof changeQueuedSchema>;
