import type { AttachedFile } from "../tools/file.ts";
import { questionParts, type SkeinMessage } from "../tools/message.ts";

/** A message of the person's. Its id is made here, so that sending it again is recognised. */
export function compose(text: string, after: string | null, files: AttachedFile[] = []): SkeinMessage {
  return {
    id: randomId(),
    role: "user",
    parts: questionParts(text, files),
    metadata: { after, createdAt: new Date().toISOString() },
  };
}

/** Browsers offer `crypto.randomUUID` on https and localhost only; Skein is also opened by a LAN address. */
export function randomId(): string {
  ensureRandomUUID();
  return crypto.randomUUID();
}

/** The transport uses it as well. */
export function ensureRandomUUID(target: Crypto = crypto) {
  if (typeof target.randomUUID === "function") return;
  const value = () => {
    const bytes = target.getRandomValues(new Uint8Array(16));
    const hex = Array.from(bytes, (byte, at) => (at === 6 ? (byte & 15) | 64 : at === 8 ? (byte & 63) | 128 : byte))
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
  Object.defineProperty(target, "randomUUID", { value, configurable: true });
}
