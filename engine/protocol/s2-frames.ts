/** Frames of an append session: 3 bytes of length (counting the flag and the body), a flag byte, the body. */

const MAX_FRAME_BYTES = 2 * 1024 * 1024;
const TERMINAL = 0x80;
const COMPRESSED = 0x60;
const UNKNOWN = 0x1f;

/** Cuts a byte stream into frame bodies. Throws RangeError on what this client never sends. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** Whether a frame has begun that has not ended. */
  get hasRest(): boolean {
    return this.#rest.length > 0;
  }

  push(chunk: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const bodies: Buffer[] = [];
    while (this.#rest.length >= 4) {
      const length = this.#rest.readUIntBE(0, 3);
      if (length < 1 || length > MAX_FRAME_BYTES) throw new RangeError("frame length out of range");
      if (this.#rest.length < 3 + length) break;
      const flag = this.#rest.readUInt8(3);
      if (flag & COMPRESSED) throw new RangeError("compressed frames are not supported");
      if (flag & (TERMINAL | UNKNOWN)) throw new RangeError("a writer sends no such frame");
      bodies.push(this.#rest.subarray(4, 3 + length));
      this.#rest = this.#rest.subarray(3 + length);
    }
    return bodies;
  }
}

export const encodeFrame = (body: Uint8Array): Buffer => frame(0, body);

/** The frame that ends a session with an error: status, then a JSON body. */
export function encodeErrorFrame(status: number, message: string, code: string, fields: object = {}): Buffer {
  const json = Buffer.from(JSON.stringify({ message, code, ...fields }));
  return frame(TERMINAL, Buffer.concat([Buffer.from([status >> 8, status & 0xff]), json]));
}

function frame(flag: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntBE(1 + body.length, 0, 3);
  head.writeUInt8(flag, 3);
  return Buffer.concat([head, body]);
}
