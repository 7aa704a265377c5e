/** A child that lived this long was fine: its next death starts the count afresh. */
const healthyAfterMs = 10_000;
const longestDelayMs = 30_000;

export interface RestartHistory {
  /** Deaths in a row, each sooner after its start than a healthy child's. */
  failures: number;
}

export const neverFailed: RestartHistory = { failures: 0 };

/** How long to wait before starting a child again that died after `livedMs`. The first restart is immediate. */
export function afterDeath(history: RestartHistory, livedMs: number): { history: RestartHistory; delayMs: number } {
  const failures = livedMs >= healthyAfterMs ? 0 : history.failures;
  const delayMs = failures === 0 ? 0 : Math.min(longestDelayMs, 250 * 2 ** failures);
  return { history: { failures: failures + 1 }, delayMs };
}
