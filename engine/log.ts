import pino from "pino";

export type Log = pino.Logger;

export function createLog(level: string): Log {
  return pino({ name: "engine", level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime });
}
