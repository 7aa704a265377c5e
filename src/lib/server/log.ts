import { pino, type DestinationStream, type Logger } from "pino";
import { outageOf } from "./outage.ts";

/** How long the same outage is not mentioned again. */
const QUIET_MS = 30_000;

/**
 * The web server's log. While something it depends on is down, every page and every timer fails in the same way: that is
 * one line with a reason and no stack, and one more every half a minute.
 */
export function createLog(destination?: DestinationStream, now = Date.now): Logger {
  const said = new Map<string, { at: number; times: number }>();
  return pino(
    {
      name: "web",
      hooks: {
        logMethod(args, method) {
          const [bindings, message] = args as unknown as [unknown, string];
          const reason = outageOf((bindings as { err?: unknown } | undefined)?.err);
          if (reason === undefined) return method.apply(this, args);
          const before = said.get(`${message} ${reason}`) ?? { at: -Infinity, times: 0 };
          const isQuiet = now() - before.at < QUIET_MS;
          said.set(
            `${message} ${reason}`,
            isQuiet ? { at: before.at, times: before.times + 1 } : { at: now(), times: 0 },
          );
          if (isQuiet) return;
          method.apply(this, [{ reason, ...(before.times > 0 ? { unmentioned: before.times } : {}) }, message]);
        },
      },
    },
    destination ?? patientOutput(),
  );
}

const MOST_HELD_BYTES = 1024 * 1024;

/**
 * Standard output whose reader may be slow, or gone. Lines wait for the next one to take them along, and beyond a megabyte
 * are dropped. As it comes, pino holds the process until a slow reader is ready, and at its exit for ever, if the reader is
 * gone and a line is left (`flushSync` of sonic-boom repeats a broken pipe).
 */
function patientOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, maxLength: MOST_HELD_BYTES, retryEAGAIN: () => false });
  output.on("error", () => {});
  return output;
}
