/** What may be forgotten, and when: everything that grows with use is bounded by one of these. */

export type RetentionSettings = {
  /** Days that an ended run, what it waited for, an answered question and an unused build are kept. */
  runDays: number;
  /** Days that a session is kept after it was closed or has expired. */
  sessionDays: number;
  telemetryDays: number;
};

/** Whatever is older than these goes; equally old stays. */
export type RetentionLimits = { run: Date; session: Date; telemetry: Date };

const DAY_MS = 24 * 3600 * 1000;

export function retentionLimits(settings: RetentionSettings, now: Date): RetentionLimits {
  const before = (ms: number) => new Date(now.getTime() - ms);
  return {
    run: before(settings.runDays * DAY_MS),
    session: before(settings.sessionDays * DAY_MS),
    telemetry: before(settings.telemetryDays * DAY_MS),
  };
}

/** Why a session is closed whose conversation a person has deleted: nothing of it is kept once its run is over. */
export const DELETED = "deleted";

/** The worker may still ask about a spare run that has just ended; its session is of no use to anybody. */
export const spareLimit = (now: Date) => new Date(now.getTime() - 60_000);

/**
 * A run that boots reads the input from where the last turn left it, and the SDK looks a little further back (to find what
 * a message before it said). So many records before the newest answered one stay, however old.
 */
export const INPUT_MARGIN = 100;

/** Rows that one statement deletes at most, so that none holds its locks for long. */
export const BATCH_ROWS = 1000;

/** True when there may be more to delete: the last statement took all it was allowed to. */
export const mayHaveMore = (deleted: number): boolean => deleted >= BATCH_ROWS;
