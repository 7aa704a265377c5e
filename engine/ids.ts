import { randomBytes } from "node:crypto";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

export type IdKind = "session" | "run" | "snapshot" | "waitpoint" | "worker" | "batch" | "packet";

/** A fresh id in Trigger.dev's shape: the kind, an underscore, 25 lowercase letters and digits. */
export function newId(kind: IdKind): string {
  let id = "";
  // 252 is the largest multiple of 36 in a byte: rejecting above it keeps every letter equally likely.
  while (id.length < 25)
    for (const byte of randomBytes(32)) if (byte < 252 && id.length < 25) id += ALPHABET[byte % 36];
  return `${kind}_${id}`;
}
