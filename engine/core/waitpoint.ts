/** A run waits at the end of a session's input. These decide when it may go on and what it is told. */

export type WaitpointResult = { output: string | null; outputType?: string; outputIsError: boolean };

/** True when input arrived between the run's last read and its wait, so that there is nothing to wait for. */
export function isAlreadyMet(nextSeq: number, lastSeqNum: number | undefined): boolean {
  return nextSeq > (lastSeqNum ?? -1) + 1;
}

/** The time that a run waited for has come. */
export const reached: WaitpointResult = { output: null, outputIsError: false };

export const timedOut = {
  output: JSON.stringify({ message: "Timed out" }),
  outputIsError: true,
} satisfies WaitpointResult;

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
type Unit = keyof typeof UNITS;

/** Milliseconds of a duration such as "3600s" or "1h30m"; an ISO date gives the time until then. Undefined if neither. */
export function durationMs(text: string, now: Date): number | undefined {
  if (/^\s*(\d+\s*[smhdw]\s*)+$/.test(text)) {
    const parts = text.matchAll(/(\d+)\s*([smhdw])/g);
    return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit as Unit] * 1000, 0);
  }
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}
