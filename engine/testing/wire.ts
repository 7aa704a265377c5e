/** S2's messages as a client encodes them, by hand: what is right here can be made wrong elsewhere. */

export const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...varint(Math.floor(value / 0x80))];

export const field = (number: number, content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([number * 8 + 2, ...varint(content.length)]), content]);

/** An append of these bodies, unframed. */
export const appendInput = (...bodies: (string | Uint8Array)[]): Buffer =>
  Buffer.concat(bodies.map((body) => field(1, field(3, typeof body === "string" ? Buffer.from(body) : body))));
