import type pg from "pg";
import { expectedAnswer } from "../support/mock-openai.ts";
import type { Conversation } from "./conversation.ts";

export interface Failure {
  chatId: string;
  what: string;
}

export interface StoredMessage {
  id: string;
  parent_id: string | null;
  role: string;
  text: string;
  final: boolean;
  error: string | null;
}

export interface StoredChat {
  id: string;
  head_id: string | null;
  status: string;
  status_detail: string | null;
  first_turn: string;
}

/**
 * Reads the transcripts and says what is wrong. Every chat counts, also one whose maker never heard of it because the
 * answer to the form was lost: each question is answered once, in order, with every word, and nothing is left running.
 */
export async function judge(db: pg.Pool, conversations: readonly Conversation[]): Promise<Failure[]> {
  const { rows: chats } = await db.query<StoredChat>("select id, head_id, status, status_detail, first_turn from chat");
  const failures: Failure[] = [];
  for (const chat of chats) {
    const conversation = conversations.find(({ chatId }) => chatId === chat.id);
    const { rows } = await db.query<StoredMessage>(
      `select id, parent_id, role, final, error,
              (select coalesce(string_agg(part ->> 'text', ''), '') from jsonb_array_elements(parts) part
               where part ->> 'type' = 'text') as text
       from message where chat_id = $1 order by seq`,
      [chat.id],
    );
    if (conversation?.problem !== undefined)
      failures.push({ chatId: chat.id, what: `the person was told: ${conversation.problem}` });
    const asked = conversation?.turns.map(({ text }) => text);
    for (const what of problems(chat, rows, asked)) failures.push({ chatId: chat.id, what });
  }
  const known = new Set(chats.map(({ id }) => id));
  for (const { chatId, turns } of conversations)
    if (chatId === undefined || !known.has(chatId))
      failures.push({ chatId: chatId ?? "none", what: `there is no chat for ${turns[0]?.text}` });
  return failures;
}

/** What is wrong with a chat; `expected` are the questions it has to hold, as far as somebody knows. */
export function problems(chat: StoredChat, messages: readonly StoredMessage[], expected?: readonly string[]): string[] {
  const found: string[] = [];
  if (chat.status !== "idle") found.push(`is ${chat.status} (${chat.status_detail ?? "no detail"})`);
  if (chat.first_turn !== "done") found.push(`its first turn is ${chat.first_turn}`);

  const path = pathTo(chat.head_id, messages);
  const asked = path.filter(({ role }) => role === "user").map(({ text }) => text);
  if (expected && asked.join("|") !== expected.join("|"))
    found.push(`asked ${list(expected)}, but it holds ${list(asked)}`);
  for (const [at, message] of path.entries()) {
    if (message.role !== "user") continue;
    const next = path[at + 1];
    if (next?.role === "assistant") found.push(...answerProblems(message, next));
    else found.push(`no answer to ${message.text}`);
  }
  const isOnPath = new Set(path.map(({ id }) => id));
  for (const { id, role, final, text } of messages)
    if (role === "assistant" && final && !isOnPath.has(id))
      found.push(`another answer beside the path: ${short(text)}`);
  return found;
}

function answerProblems(question: StoredMessage, answer: StoredMessage): string[] {
  const words = Number(/words=(\d+)/.exec(question.text)?.[1]);
  if (!answer.final) return [`the answer to ${question.text} is not final (${answer.error ?? "no error"})`];
  return answer.text === expectedAnswer(words) ? [] : [`the answer to ${question.text} is ${short(answer.text)}`];
}

function pathTo(head: string | null, messages: readonly StoredMessage[]): StoredMessage[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const path: StoredMessage[] = [];
  for (let at = head === null ? undefined : byId.get(head); at; at = byId.get(at.parent_id ?? "")) path.unshift(at);
  return path;
}

const list = (texts: readonly string[]) => `[${texts.map((text) => text.split(" ").at(-1)).join(", ")}]`;
const short = (text: string) => (text.length > 120 ? `${text.slice(0, 60)} … ${text.slice(-50)}` : text);
