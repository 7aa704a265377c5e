import type { ToolAnswerTable, ToolContinuationTable, ToolExecutionTable, ToolRuleTable } from "../approvals/table.ts";
import type { ChatTable } from "../chats.ts";
import type { CompactionTable } from "../compactions.ts";
import type { ChatSessionTable } from "../conversation.ts";
import type { FileGarbageTable, FileTable, MessageFileTable } from "../files/files.ts";
import type { FileContentTable } from "../files/postgres.ts";
import type { MovedGuestTable } from "../guests.ts";
import type { MessageTable } from "../messages.ts";
import type { QueuedMessageFileTable, QueuedMessageTable } from "../queue/table.ts";
import type { PersonSettingsTable } from "../settings.ts";

/** better-auth's own tables, as far as we write or refer to them. */
export interface UserTable {
  id: string;
  name: string;
  email: string;
  emailVerified: boolean;
  image: string | null;
  isAnonymous: boolean | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface AccountTable {
  id: string;
  accountId: string;
  providerId: string;
  userId: string;
  password: string | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface SessionTable {
  id: string;
  userId: string;
}

export interface Database {
  user: UserTable;
  account: AccountTable;
  session: SessionTable;
  moved_guest: MovedGuestTable;
  person_settings: PersonSettingsTable;
  chat: ChatTable;
  chat_session: ChatSessionTable;
  message: MessageTable;
  file: FileTable;
  file_content: FileContentTable;
  file_garbage: FileGarbageTable;
  message_file: MessageFileTable;
  queued_message: QueuedMessageTable;
  queued_message_file: QueuedMessageFileTable;
  compaction: CompactionTable;
  tool_answer: ToolAnswerTable;
  tool_rule: ToolRuleTable;
  tool_continuation: ToolContinuationTable;
  tool_execution: ToolExecutionTable;
}
