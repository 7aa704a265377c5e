import { notFound, ProtocolError } from "../errors.ts";
import { isStreamName } from "../flow/output.ts";

/** A session's name may have 256 characters, of which some take three bytes, and a channel's 128. */
const MAX_STREAM_NAME_CHARACTERS = 400;
/** As S2 itself has it. */
const MAX_RECORDS = 1000;
/** As the platform has it (docs/engine-wire.md §12). */
export const MAX_RECORD_BYTES = 1024 * 1024;
export const MAX_BATCH_BYTES = 2 * 1024 * 1024;

/** Refuses what is no stream of a session (404), and a batch of no, too many or too large records (400, 413). */
export function checkBatch(stream: string, bodyBytes: number[]): void {
  if (!isStreamName(stream) || stream.length > MAX_STREAM_NAME_CHARACTERS) throw notFound("Stream");
  if (bodyBytes.length === 0) throw new ProtocolError(400, "An append needs at least one record");
  if (bodyBytes.length > MAX_RECORDS) throw new ProtocolError(413, `A batch may have at most ${MAX_RECORDS} records`);
  if (bodyBytes.some((bytes) => bytes > MAX_RECORD_BYTES))
    throw new ProtocolError(413, "A record may be at most 1 MiB");
}
