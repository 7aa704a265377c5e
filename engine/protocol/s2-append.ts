import type { Engine } from "../engine.ts";
import { ProtocolError } from "../errors.ts";
import { appendOutput, trimOutput } from "../flow/output.ts";
import { checkBatch } from "./batch-limits.ts";
import { decodeAppendInput, toNewRecord, trimPosition, type Ack, type WireRecord } from "./s2-codec.ts";

/** Appends one wire batch (protobuf) of the run `writer`, obeying a trim command in it. */
export async function appendWire(
  engine: Engine,
  stream: string,
  message: Uint8Array,
  writer: string | undefined,
): Promise<Ack> {
  let records: WireRecord[];
  try {
    records = decodeAppendInput(message);
  } catch (error) {
    throw new ProtocolError(400, `Malformed append: ${error instanceof Error ? error.message : "unreadable"}`);
  }
  checkBatch(
    stream,
    records.map(({ body }) => body.byteLength),
  );
  const ack = await appendOutput(engine, stream, records.map(toStored), writer);
  for (const record of records) {
    const position = trimPosition(record);
    if (position !== undefined) await trimOutput(engine, stream, position);
  }
  return ack;
}

/** A trim takes up a position in the log; its binary body is of no further use. */
const toStored = (record: WireRecord) =>
  trimPosition(record) === undefined ? toNewRecord(record) : { body: "", headers: record.headers };
