import { mockChatAgent, type MockChatAgentHarness, type MockChatAgentOptions } from "@trigger.dev/sdk/ai/test";
import type { UIMessage } from "ai";
import type { Kysely } from "kysely";
import * as chats from "../../src/lib/server/chats.ts";
import * as conversation from "../../src/lib/server/conversation.ts";
import { createDb, type Database } from "../../src/lib/server/db/index.ts";
import { startMockOpenAI, type MockOpenAI } from "./mock-openai.ts";
import { createTestDatabase } from "./postgres.ts";

export const ownerId = "owner";

/** The real agent on a database of its own, with a scripted model, in this process. One per test file. */
export interface TestAgent {
  db: Kysely<Database>;
  model: MockOpenAI;
  /** A chat whose first question is stored, and a run for it. */
  start(text: string): Promise<{ chatId: string; question: UIMessage; harness: MockChatAgentHarness }>;
  /** A run of that chat. */
  run(chatId: string, options?: Omit<MockChatAgentOptions, "chatId">): MockChatAgentHarness;
  /** The chat as its page reads it. */
  open(chatId: string): Promise<conversation.OpenChat>;
  stop(): Promise<void>;
}

export async function startTestAgent(): Promise<TestAgent> {
  const database = await createTestDatabase();
  const db = createDb(database.url);
  const model = await startMockOpenAI();
  await database.query(`insert into "user" (id, name, email) values ($1, 'O', 'o@example.org')`, [ownerId]);
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    TRIGGER_SECRET_KEY: "tr_skein_test",
    OPENAI_COMPATIBLE_BASE_URL: model.url,
    OPENAI_COMPATIBLE_API_KEY: "sk-ours",
    OPENAI_COMPATIBLE_MODELS: "numbered,other",
  });
  const { chatAgent } = await import("../../trigger/chat.ts");
  // With a key the runtime would ask Trigger.dev for tokens.
  delete process.env.TRIGGER_SECRET_KEY;

  const run: TestAgent["run"] = (chatId, options = {}) =>
    mockChatAgent(chatAgent, { chatId, clientData: {}, ...options });
  return {
    db,
    model,
    run,
    async start(text) {
      const { chatId, messageId } = await chats.create(db, { ownerId, text });
      return { chatId, question: question(messageId, text, null), harness: run(chatId) };
    },
    async open(chatId) {
      const opened = await conversation.open(db, { ownerId, chatId });
      if (!opened) throw new Error(`There is no chat ${chatId}.`);
      return opened;
    },
    async stop() {
      await model.close();
      await db.destroy();
      await database.drop();
    },
  };
}

export const question = (id: string, text: string, after: string | null): UIMessage => ({
  id,
  role: "user",
  metadata: { after },
  parts: [{ type: "text", text }],
});
