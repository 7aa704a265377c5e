import { markdownOf } from "$lib/tools/message-markdown.ts";
import type { SkeinMessage } from "$lib/tools/message.ts";
import { onScreenOf } from "./on-screen.ts";

/** Copies it as Markdown. Returns what there is to say about it. */
export async function copyLastAnswer(
  messages: readonly SkeinMessage[],
  copy: (text: string, messageId: string) => Promise<void>,
): Promise<string> {
  const answer = messages.findLast(({ role }) => role === "assistant");
  const text = answer ? markdownOf(answer) : "";
  if (!answer || text === "") return "There is no answer to copy yet.";
  try {
    await copy(text, answer.id);
    return "The last answer is copied.";
  } catch {
    return "The browser does not let the answer be copied.";
  }
}

const ROWS = "[role=log] article[data-place]";

/**
 * The person's next message (1) or the one before (-1): from the row that has the focus, or else from what is on the screen.
 * Undefined: there is none.
 */
export function questionFrom(step: number): string | undefined {
  const log = document.querySelector("[role=log]");
  if (!log) return undefined;
  const screen = log.getBoundingClientRect();
  const isSeen = onScreenOf(log);
  const questions = [...document.querySelectorAll<HTMLElement>(`${ROWS}[data-role=user]`)];
  const current = document.activeElement?.closest<HTMLElement>(ROWS);
  const follows = (row: HTMLElement) =>
    current && isSeen(current)
      ? (Number(row.dataset.place) - Number(current.dataset.place)) * step > 0
      : step > 0
        ? row.getBoundingClientRect().top >= screen.top
        : row.getBoundingClientRect().top < screen.bottom;
  const found = step > 0 ? questions.find(follows) : questions.findLast(follows);
  return found?.dataset.messageId;
}
