import { cutOff, MAX_TITLE_LENGTH } from "../../tools/chat-title.ts";
import type { Topic } from "./demo-answers.ts";
import { quote } from "./demo-quote.ts";

interface FoundChat {
  chatId: string;
  title: string;
}

/** Words of which every chat has one, for somebody who names none. */
const ANY_CHAT = "Skein or demo or the or a or is or you or I";

/** Looks through the person's chats, and changes one of them once they approve. */
export const INBOX_TOPICS: Topic[] = [
  {
    asked: /^[^`]{0,40}\b(tidy|rename|pin)\b[^`]{0,20}\b(chats?|conversations?|inbox)\b|\bapprovals?\b/i,
    answer: (question) => ({
      text: "First I look for a chat that I could change.",
      call: { tool: "searchChats", input: { query: subjectIn(question) ?? ANY_CHAT } },
    }),
    afterTool: ({ tool, output }, question) => {
      if (tool === "tidyInbox") return { text: changed(output) };
      const [chat] = foundIn(output);
      if (!chat)
        return { text: `${nothing(question)} So there is nothing to change. Start another chat, and ask again.` };
      const change = /\bpin\b/i.test(question)
        ? { action: "pin", chatId: chat.chatId }
        : { action: "rename", chatId: chat.chatId, title: newName(chat.title) };
      return {
        text: `I found “${quote(chat.title)}”. I may not change it without you: approve it here or in the list of chats, now or days later. Deny it, and nothing is done.`,
        call: { tool: "tidyInbox", input: { changes: [change] } },
      };
    },
  },
  {
    asked: /^[^`]{0,40}\b(find|search|look for|look through)\b[^`]{0,20}\b(chats?|conversations?)\b/i,
    answer: (question) => {
      const query = subjectIn(question);
      if (query === undefined) return { text: "Tell me about what, for example: **find my chats about Lisbon**" };
      return { text: "I look through your other chats.", call: { tool: "searchChats", input: { query } } };
    },
    afterTool: ({ output }, question) => {
      const names = foundIn(output).map(({ title }) => `- “${quote(title)}”`);
      if (names.length === 0) return { text: nothing(question) };
      return { text: `This is where I found it:\n\n${names.join("\n")}\n\nThe card above leads to each of them.` };
    },
  },
];

const MAX_QUERY = 200;

/** What somebody's chats are to be about. */
function subjectIn(question: string): string | undefined {
  const [, said = ""] =
    /\b(?:chats?|conversations?|inbox)\b.*?\b(?:about|for|on|called|mention(?:s|ing)?)\s+(.+)/is.exec(question) ??
    /\bfor\s+(.+?)\s+in\b/is.exec(question) ??
    [];
  const subject = said.replace(/[\s.!?]+$/, "").slice(0, MAX_QUERY);
  return /[\p{L}\p{N}]/u.test(subject) ? subject : undefined;
}

/** A chat in which it is found more than once comes more than once. */
export function foundIn(output: unknown): FoundChat[] {
  const { results = [] } = output as { results?: FoundChat[] };
  return [...new Map(results.map((chat) => [chat.chatId, chat])).values()];
}

function nothing(question: string): string {
  const subject = subjectIn(question);
  return subject === undefined
    ? "I found no other chat of yours."
    : `I found nothing about “${quote(subject)}” in your other chats.`;
}

const RENAMED = " (renamed)";

/** Asked twice, it has its old name again. */
function newName(title: string): string {
  if (title.endsWith(RENAMED)) return title.slice(0, -RENAMED.length);
  return `${cutOff(title, MAX_TITLE_LENGTH - RENAMED.length - 1)}${RENAMED}`;
}

function changed(output: unknown): string {
  const { done = 0 } = output as { done?: number };
  return done === 0
    ? "That chat is gone, so nothing was changed."
    : "Done, as you see in the list of chats. Nothing happened before you approved it.";
}
