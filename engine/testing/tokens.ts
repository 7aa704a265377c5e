import { createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { accessToken, secretKey } from "./engine.ts";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const seconds = () => Math.floor(Date.now() / 1000);

const claims = () => ({
  sub: "env_embedded",
  iss: "https://id.trigger.dev",
  aud: "https://api.trigger.dev",
  iat: seconds(),
  exp: seconds() + 600,
});

/** A token signed as the SDK does it, or in one of the ways it must not be. `undefined` leaves a claim out. */
export function token(payload: object, { alg = "HS256", key = secretKey } = {}): string {
  const body = `${encode({ alg })}.${encode({ ...claims(), ...payload })}`;
  if (alg === "none") return `${body}.`;
  if (alg === "RS256") {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    return `${body}.${createSign("sha256").update(body).sign(privateKey, "base64url")}`;
  }
  return `${body}.${createHmac(`sha${alg.slice(2)}`, key)
    .update(body)
    .digest("base64url")}`;
}

/** Everything there is. */
const all = ["read", "write", "admin"].flatMap((action) => [`${action}:sessions`, `${action}:runs`]);
const open = { pub: true, scopes: all };

/** Another payload under the signature of a token that may do less. */
function tampered(): string {
  const [header, , signature] = token({ pub: true, scopes: ["read:sessions:mine"] }).split(".");
  return `${header}.${encode({ ...claims(), ...open })}.${signature}`;
}

/** Public tokens that are in order, by what they may do. A route they do not reach answers 403. */
export const publicTokens = {
  reader: token({ pub: true, scopes: ["read:sessions:mine"] }),
  writer: token({ pub: true, scopes: ["read:sessions:mine", "write:sessions:mine"] }),
  admin: token({ pub: true, scopes: ["admin:sessions:mine"] }),
  "of another session": token({
    pub: true,
    scopes: ["read", "write", "admin"].map((action) => `${action}:sessions:other`),
  }),
  "of a session whose name begins the same": token({
    pub: true,
    scopes: ["write:sessions:min", "write:sessions:mine2"],
  }),
  "of another type": token({ pub: true, scopes: ["read:tasks:mine", "write:tasks", "admin:inputStreams"] }),
  "without scopes": token({ pub: true }),
  "with scopes that are none": token({ pub: true, scopes: [null, 1, {}, "", ":", "read", "::mine", "*"] }),
};

/** Whatever they say, nobody signed it for us, or not for this: a route that needs any key answers 401. */
export const refusedTokens = {
  none: "",
  garbage: "garbage",
  "three dots": "a.b.c",
  "very long": "x".repeat(5_000),
  "another environment's key": "tr_skein_another_environment",
  "the key without its last letter": secretKey.slice(0, -1),
  "another person's token": "tr_pat_somebody_else",
  expired: token({ ...open, exp: seconds() - 1 }),
  "not valid yet": token({ ...open, nbf: seconds() + 600 }),
  "without expiry": token({ ...open, exp: undefined }),
  "signed with another key": token(open, { key: "another key of somebody" }),
  "algorithm none": token(open, { alg: "none" }),
  "algorithm RS256": token(open, { alg: "RS256" }),
  "algorithm HS512": token(open, { alg: "HS512" }),
  "tampered payload": tampered(),
  "tampered signature": `${token(open).slice(0, -6)}AAAAAA`,
  "wrong issuer": token({ ...open, iss: "https://example.org" }),
  "wrong audience": token({ ...open, aud: "https://example.org" }),
  "wrong subject": token({ ...open, sub: "env_other" }),
  "not public": token({ ...open, pub: false }),
  "stream token": token({ stream: "sessions/mine/out" }),
  "another stream's token": token({ stream: "sessions/other/out" }),
  "expired stream token": token({ stream: "sessions/mine/out", exp: seconds() - 1 }),
};

export const keys = { secret: secretKey, personal: accessToken };

export const snapshotTokens = (sessionId: string) => ({
  snapshot: token({ snapshot: sessionId }),
  "another session's snapshot": token({ snapshot: "session_other" }),
  "expired snapshot": token({ snapshot: sessionId, exp: seconds() - 1 }),
});

export const packetTokens = (packet: string) => ({
  "packet to read": token({ packet, access: "read" }),
  "packet to write": token({ packet, access: "write" }),
  "another packet's": token({ packet: "packet_other", access: "write" }),
  "expired packet": token({ packet, access: "write", exp: seconds() - 1 }),
});
