const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** `0.4 s`, `12 s`, `1 min 5 s`, `2 h 3 min`. */
export function formatDuration(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / SECOND).toFixed(1)} s`;
  if (ms < MINUTE - SECOND / 2) return `${Math.round(ms / SECOND)} s`;
  return formatSeconds(Math.round(ms / SECOND));
}

/** The same of whole seconds, for what goes on. */
export function formatSeconds(seconds: number): string {
  const ms = seconds * SECOND;
  if (ms < MINUTE) return `${seconds} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${seconds % 60} s`;
  return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`;
}
