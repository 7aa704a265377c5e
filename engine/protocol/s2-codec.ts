import type { Headers, NewRecord } from "../store/streams.ts";
import { storableText } from "./storable.ts";

/**
 * The few S2 messages that append to a stream, in protobuf. Source: docs/engine-wire.md §4.2, S2 client 0.25
 * (`AppendInput`, `AppendRecord`, `AppendAck`); fields the client never sends are skipped.
 */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

type Field = { number: number; bytes: Uint8Array };

const text = new TextDecoder();

/** Reads the length-delimited fields of a message and steps over all others. Throws RangeError on a broken message. */
function* byteFields(message: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = message[at++];
      if (byte === undefined) throw new RangeError("truncated message");
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError("number too long");
  };
  while (at < message.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case VARINT:
        varint();
        break;
      case FIXED64:
        at += 8;
        break;
      case FIXED32:
        at += 4;
        break;
      case BYTES: {
        const end = varint() + at;
        if (end > message.length) throw new RangeError("truncated field");
        yield { number, bytes: message.subarray(at, end) };
        at = end;
        break;
      }
      default:
        throw new RangeError("unknown wire type");
    }
  }
}

/** A record as sent: its headers and its body, whose bytes a trim command needs raw. */
export type WireRecord = { headers: Headers; body: Uint8Array };

export function decodeAppendInput(message: Uint8Array): WireRecord[] {
  const records: WireRecord[] = [];
  for (const field of byteFields(message)) if (field.number === 1) records.push(decodeRecord(field.bytes));
  return records;
}

function decodeRecord(message: Uint8Array): WireRecord {
  const record: WireRecord = { headers: [], body: new Uint8Array() };
  for (const field of byteFields(message)) {
    if (field.number === 2) record.headers.push(decodeHeader(field.bytes));
    if (field.number === 3) record.body = field.bytes;
  }
  return record;
}

function decodeHeader(message: Uint8Array): [string, string] {
  const header: [string, string] = ["", ""];
  for (const field of byteFields(message)) {
    if (field.number === 1) header[0] = storableText(text.decode(field.bytes));
    if (field.number === 2) header[1] = storableText(text.decode(field.bytes));
  }
  return header;
}

/** A data record carries `{"data": …, "id": "…"}`: the id makes a repeated batch recognisable. */
export function toNewRecord(record: WireRecord): NewRecord {
  // In JSON, NUL could only stand escaped: a raw one is damage.
  const body = storableText(text.decode(record.body));
  const id = /"id":"([^"\\]{1,64})"\}$/.exec(body)?.[1];
  return { body, headers: record.headers, id };
}

/** The position a trim command names, or undefined for any other record. */
export function trimPosition(record: WireRecord): number | undefined {
  const [name, value] = record.headers[0] ?? ["none", ""];
  if (name !== "" || value !== "trim" || record.body.length !== 8) return undefined;
  return Number(new DataView(record.body.buffer, record.body.byteOffset, 8).getBigUint64(0));
}

export type Ack = { startSeq: number; endSeq: number; at: number };

export function encodeAck(ack: Ack): Uint8Array {
  const bytes: number[] = [];
  [ack.startSeq, ack.endSeq, ack.endSeq].forEach((seq, index) => {
    const position = encodePosition(seq, ack.at);
    bytes.push((index + 1) * 8 + BYTES, position.length, ...position);
  });
  return Uint8Array.from(bytes);
}

function encodePosition(seq: number, at: number): number[] {
  return [1 * 8 + VARINT, ...encodeVarint(seq), 2 * 8 + VARINT, ...encodeVarint(at)];
}

function encodeVarint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}
