/** The agent people talk to, and the one it asks for help. By these names Trigger.dev knows their tasks. */
export const AGENT = "chat";
export const RESEARCH_AGENT = "research";

export type AgentName = typeof AGENT | typeof RESEARCH_AGENT;

/** A model made the id of its call. */
const UNSAFE = /[^\w-]/g;
const MAX_CALL_LENGTH = 80;

/** The first thing said in such a chat. */
export const questionIdOf = (subChatId: string): string => `${subChatId}-q`;

/** The name of the chat in which a sub-agent does what this call asks for: the same whenever it is asked again. */
export function subChatId(chatId: string, toolCallId: string): string {
  return `${chatId}_${toolCallId.replace(UNSAFE, "-").slice(0, MAX_CALL_LENGTH)}`;
}
