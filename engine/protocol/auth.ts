import { createHash, timingSafeEqual } from "node:crypto";
import { generateJWT, JWT_ALGORITHM, validateJWT } from "@trigger.dev/core/v3/jwt";
import type { Context } from "hono";
import { isGranted, type Need } from "../core/scopes.ts";
import type { Engine } from "../engine.ts";
import { ProtocolError } from "../errors.ts";

/** The one environment an engine serves; public tokens name it as their subject. */
export const ENVIRONMENT_ID = "env_embedded";

const STREAM_TOKEN_SECONDS = 7 * 24 * 3600;

const bearer = (header: string | undefined) => (header?.startsWith("Bearer ") ? header.slice(7) : "");

function isSame(given: string, expected: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}

export const unauthorized = (message: string) => new ProtocolError(401, message);
export const forbidden = (message: string) => new ProtocolError(403, message);

/** Lets in the person who runs the CLI. */
export function requirePersonal(engine: Engine, c: Context): void {
  if (!isSame(bearer(c.req.header("authorization")), engine.config.TRIGGER_ACCESS_TOKEN)) {
    throw unauthorized("Invalid or missing access token");
  }
}

export function isSecret(engine: Engine, header: string | undefined): boolean {
  return isSame(bearer(header), engine.config.TRIGGER_SECRET_KEY);
}

/** Lets in the web server, the worker and its run processes. A public token is known, but not enough: 403. */
export async function requireSecret(engine: Engine, c: Context): Promise<void> {
  const header = c.req.header("authorization");
  if (isSecret(engine, header)) return;
  if (await publicScopes(engine, bearer(header))) throw forbidden("A secret key is needed");
  throw unauthorized("Invalid or missing API key");
}

/** Lets in the secret key, or a public token with a scope that grants the need. */
export async function requireScope(engine: Engine, c: Context, need: Need): Promise<void> {
  const header = c.req.header("authorization");
  if (isSecret(engine, header)) return;
  const scopes = await publicScopes(engine, bearer(header));
  if (!scopes) throw unauthorized("Invalid, expired or missing token");
  if (!isGranted(scopes, need)) throw forbidden("This token does not reach that far");
}

async function publicScopes(engine: Engine, token: string): Promise<string[] | undefined> {
  const payload = await verifiedPayload(engine, token);
  if (payload?.pub !== true) return undefined;
  const { scopes } = payload;
  return Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === "string") : [];
}

/** A token that reads and writes one session, by its external id or its own. */
export async function sessionToken(engine: Engine, name: string): Promise<string> {
  return generateJWT({
    secretKey: engine.config.TRIGGER_SECRET_KEY,
    payload: { sub: ENVIRONMENT_ID, pub: true, scopes: [`read:sessions:${name}`, `write:sessions:${name}`] },
    expirationTime: "1h",
  });
}

/** A token that appends to one stream, for the run `writer` or (undefined) for nobody in particular. */
export async function streamToken(engine: Engine, stream: string, writer: string | undefined): Promise<string> {
  return generateJWT({
    secretKey: engine.config.TRIGGER_SECRET_KEY,
    payload: { sub: ENVIRONMENT_ID, stream, writer },
    expirationTime: new Date(engine.now().getTime() + STREAM_TOKEN_SECONDS * 1000),
  });
}

/** Who writes with this token; undefined when it is not one for the stream. */
export async function verifyStreamToken(engine: Engine, header: string | undefined, stream: string) {
  return writerIn(await claims(engine, bearer(header), "stream", stream));
}

/** A signature for the URL that reads or writes one session's snapshot: those requests carry no key. */
export async function snapshotToken(engine: Engine, sessionId: string, writer: string | undefined): Promise<string> {
  return generateJWT({
    secretKey: engine.config.TRIGGER_SECRET_KEY,
    payload: { sub: ENVIRONMENT_ID, snapshot: sessionId, writer },
    expirationTime: "1h",
  });
}

export async function verifySnapshotToken(engine: Engine, token: string, sessionId: string) {
  return writerIn(await claims(engine, token, "snapshot", sessionId));
}

export type PacketAccess = "read" | "write";

/** A signature for the URL that reads one packet, or writes it: who may read one may not write it. */
export async function packetToken(engine: Engine, packet: string, access: PacketAccess): Promise<string> {
  return generateJWT({
    secretKey: engine.config.TRIGGER_SECRET_KEY,
    payload: { sub: ENVIRONMENT_ID, packet, access },
    expirationTime: "1h",
  });
}

export async function verifyPacketToken(engine: Engine, token: string, packet: string, access: PacketAccess) {
  return (await claims(engine, token, "packet", packet))?.access === access;
}

export type Writer = { runId: string | undefined };

const writerIn = (payload: Record<string, unknown> | undefined): Writer | undefined =>
  payload && { runId: typeof payload.writer === "string" ? payload.writer : undefined };

/** What the token says, if it is one of ours that has this claim. */
async function claims(engine: Engine, token: string, claim: string, value: string) {
  const payload = await verifiedPayload(engine, token);
  return payload?.[claim] === value ? payload : undefined;
}

/** What a token says that was signed for this environment with its key, the way the SDK does it, and has not expired. */
async function verifiedPayload(engine: Engine, token: string): Promise<Record<string, unknown> | undefined> {
  if (algorithmOf(token) !== JWT_ALGORITHM) return undefined;
  const result = await validateJWT(token, engine.config.TRIGGER_SECRET_KEY);
  if (!result.ok || result.payload.sub !== ENVIRONMENT_ID || result.payload.exp === undefined) return undefined;
  return result.payload;
}

/** `validateJWT` takes any algorithm that the key fits. */
function algorithmOf(token: string): unknown {
  const [header = "", ...rest] = token.split(".");
  if (rest.length !== 2) return undefined;
  try {
    return (JSON.parse(Buffer.from(header, "base64url").toString()) as { alg?: unknown } | null)?.alg;
  } catch {
    return undefined;
  }
}
