/**
 * Whether an answer answers its question. One that was stopped does, for a person decided so; one that broke off or is
 * still being written does not, and its question may be answered again.
 */
export function isFinished(row: { final: boolean; stopped: boolean }): boolean {
  return row.final || row.stopped;
}
