import type { ColumnType, Generated } from "kysely";

/** The first answer to a request of an answer's, and so the only one. */
export interface ToolAnswerTable {
  chat_id: string;
  tool_call_id: string;
  message_id: string;
  tool: string;
  /** What was shown when it was decided. */
  input: ColumnType<unknown, string | null, never>;
  /** Null: it is the answer to a question. */
  approved: boolean | null;
  reason: string | null;
  output: ColumnType<{ answer: string } | null, string | null, never>;
  answered_at: ColumnType<Date, Date | undefined, never>;
}

/** A tool that may do what it does in this chat without being approved again. */
export interface ToolRuleTable {
  chat_id: string;
  tool: string;
  created_at: ColumnType<Date, Date | undefined, never>;
}

/** An answer that is to go on, until its turn has begun. */
export interface ToolContinuationTable {
  chat_id: string;
  message_id: string;
  /** Of the action that asks for it: the same each time it is sent. */
  attempt: string;
  /** It is on `.in`. */
  is_sent: Generated<boolean>;
  attempts: Generated<number>;
  sent_at: ColumnType<Date, Date | undefined, Date>;
}

/** A tool with an effect, from before it runs. Once there, it is not started again. */
export interface ToolExecutionTable {
  chat_id: string;
  tool_call_id: string;
  /** What the turn answers that called it. */
  question_id: string | null;
  tool: string;
  input: ColumnType<unknown, string | null, never>;
  output: ColumnType<unknown, string | null | undefined, string | null>;
  error: string | null;
  started_at: ColumnType<Date, Date | undefined, never>;
  finished_at: ColumnType<Date | null, never, Date>;
}
