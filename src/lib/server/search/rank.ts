import type { Candidate } from "./candidates.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** What a chat is called says more of it than what was said in passing. */
const TITLE_BONUS = 4;
/** What was said today counts this much more than what was said long ago; after a month, half as much more. */
const RECENCY_BONUS = 0.5;
const MONTH_DAYS = 30;
/** One chat does not crowd out the others. */
const OF_ONE_CHAT = 3;

/** The best of the candidates, best first. */
export function best(candidates: Candidate[], { limit, now }: { limit: number; now: number }): Candidate[] {
  const scored = candidates
    .map((candidate) => ({ candidate, score: scoreOf(candidate, now) }))
    .sort((a, b) => b.score - a.score || b.candidate.at.getTime() - a.candidate.at.getTime());
  const taken = new Map<string, number>();
  const chosen: Candidate[] = [];
  for (const { candidate } of scored) {
    const ofChat = taken.get(candidate.chatId) ?? 0;
    if (ofChat === OF_ONE_CHAT) continue;
    taken.set(candidate.chatId, ofChat + 1);
    chosen.push(candidate);
    if (chosen.length === limit) break;
  }
  return chosen;
}

/** How many of the candidates could be among the best. */
export function choices(candidates: Candidate[]): number {
  const ofChat = new Map<string, number>();
  for (const { chatId } of candidates) ofChat.set(chatId, (ofChat.get(chatId) ?? 0) + 1);
  return [...ofChat.values()].reduce((sum, count) => sum + Math.min(count, OF_ONE_CHAT), 0);
}

function scoreOf({ messageId, at, rank }: Candidate, now: number): number {
  const days = Math.max(0, now - at.getTime()) / DAY_MS;
  return rank * (messageId === null ? TITLE_BONUS : 1) * (1 + RECENCY_BONUS / (1 + days / MONTH_DAYS));
}
