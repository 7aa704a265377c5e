import { AsyncLocalStorage } from "node:async_hooks";
import pino from "pino";

export type Log = pino.Logger;

/** What a line is about: the request it was written for, and the session, run or stream that request names. */
export type LogContext = Partial<Record<"request" | "session" | "run" | "stream", string>>;

const context = new AsyncLocalStorage<LogContext>();

/** Every line written within `withLogContext` carries its fields, however deep the call that writes it. */
export function createLog(level: string, destination?: pino.DestinationStream): Log {
  const options = { name: "engine", level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime };
  return pino({ ...options, mixin: () => context.getStore() ?? {} }, destination ?? patientOutput());
}

const MOST_HELD_BYTES = 1024 * 1024;

/**
 * Standard output whose reader may be slow, or gone. Lines wait for the next one to take them along, and beyond a megabyte
 * are dropped. As it comes, pino holds the process until a slow reader is ready, and at its exit for ever, if the reader is
 * gone and a line is left (`flushSync` of sonic-boom repeats a broken pipe).
 */
function patientOutput(): pino.DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, maxLength: MOST_HELD_BYTES, retryEAGAIN: () => false });
  output.on("error", () => {});
  return output;
}

export function withLogContext<T>(fields: LogContext, work: () => T): T {
  return context.run(fields, work);
}
