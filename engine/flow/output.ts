import type { Engine } from "../engine.ts";
import { fenced } from "../errors.ts";
import type { Appended, Io, NewRecord, Streams } from "../store/streams.ts";

/** Trimmed records stay this long, for readers on their way to them. */
const TRIM_DELAY_MS = 3_000;

/** A stream's name taken apart, or undefined when it is not a session's. */
export function parseStreamName(name: string): { streamKey: string; io: Io } | undefined {
  const match = /^sessions\/(.+)\/(in|out)$/s.exec(name);
  return match?.[1] && match[2] ? { streamKey: match[1], io: match[2] as Io } : undefined;
}

/** A session's own stream, or one of a channel of it (`protocol/session-channels.ts`). */
export const isStreamName = (name: string) =>
  parseStreamName(name) !== undefined || /^channels\/.+\/[\w.-]+\/(in|out)$/s.test(name);

/**
 * Appends what the run `writer` says, or without one what the web server's head start does. Committed when this resolves.
 * Throws a 412, with nothing changed, when that run was replaced, or the session was forgotten.
 */
export async function appendOutput(
  engine: Engine,
  stream: string,
  batch: NewRecord[],
  writer?: string,
): Promise<Appended> {
  const answered = answeredSeq(batch);
  const streamKey = parseStreamName(stream)?.streamKey;
  const appended =
    answered === undefined || streamKey === undefined
      ? await append(engine.store.streams, stream, batch, writer)
      : await engine.store.transaction(async (tx) => {
          // Session before stream, as everywhere.
          await tx.sessions.markAnswered(streamKey, answered);
          return append(tx.streams, stream, batch, writer);
        });
  if (appended.records.length > 0) engine.signals.appended(stream, appended.records);
  return appended;
}

async function append(streams: Streams, stream: string, batch: NewRecord[], writer: string | undefined) {
  const appended = await streams.appendAs(writer, stream, batch);
  if (!appended) throw fenced();
  return appended;
}

export async function trimOutput(engine: Engine, stream: string, seq: number): Promise<void> {
  await engine.store.streams.requestTrim(stream, seq, new Date(engine.now().getTime() + TRIM_DELAY_MS));
}

/** How far the input has been taken in, as the end of a turn reports it in its record's headers. */
function answeredSeq(batch: NewRecord[]): number | undefined {
  for (const { headers = [] } of batch) {
    if (!headers.some(([name, value]) => name === "trigger-control" && value === "turn-complete")) continue;
    const seq = Number(headers.find(([name]) => name === "session-in-event-id")?.[1] ?? Number.NaN);
    if (Number.isSafeInteger(seq)) return seq;
  }
  return undefined;
}
