import type { ChatTable } from "../chats.ts";
import type { CompactionTable } from "../compactions.ts";
import type { ChatSessionTable } from "../conversation.ts";
import type { MessageTable } from "../messages.ts";

/** better-auth writes this table; we only refer to it. */
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

export interface Database {
  user: UserTable;
  chat: ChatTable;
  chat_session: ChatSessionTable;
  message: MessageTable;
  compaction: CompactionTable;
}
