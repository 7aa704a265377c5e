import { AsyncLocalStorage } from "node:async_hooks";
import pino from "pino";

export type Log = pino.Logger;

/** What a line is about: the request it was written for, and the session, run or stream that request names. */
export type LogContext = Partial<Record<"request" | "session" | "run" | "stream", string>>;

const context = new AsyncLocalStorage<LogContext>();

/** Every line written within `withLogContext` carries its fields, however deep the call that writes it. */
export function createLog(level: string, destination?: pino.DestinationStream): Log {
  const options = { name: "engine", level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime };
  return pino({ ...options, mixin: () => context.getStore() ?? {} }, destination ?? pino.destination(1));
}

export function withLogContext<T>(fields: LogContext, work: () => T): T {
  return context.run(fields, work);
}
