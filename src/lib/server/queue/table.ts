import type { ColumnType, Generated, Selectable } from "kysely";
import type { SkeinMessage } from "../../tools/message.ts";

export interface QueuedMessageTable {
  chat_id: string;
  id: string;
  /** Smaller goes first. Negative before what was there when somebody interrupted. */
  position: number;
  kind: "queue" | "steer";
  /** `sending`: it may be on `.in` and may be not; `sent`: it is. */
  state: Generated<"waiting" | "sending" | "sent">;
  parts: ColumnType<SkeinMessage["parts"], string, string>;
  model: string | null;
  /** What goes along when it is sent, the same each time (SkeinMetadata). */
  after_id: string | null;
  steers: string | null;
  /** What the turn worked on that it was to end. */
  stops: string | null;
  attempts: Generated<number>;
  sent_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  created_at: ColumnType<Date, Date | undefined, never>;
}

export type QueuedRow = Selectable<QueuedMessageTable>;

/** Which messages that wait keep a file alive. The database writes it itself. */
export interface QueuedMessageFileTable {
  chat_id: string;
  message_id: string;
  file_id: string;
}
