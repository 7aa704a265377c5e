import type { Context } from "hono";
import type { z } from "zod";
import { ProtocolError } from "../errors.ts";
import { storable } from "./storable.ts";

type Schema<T> = {
  safeParse(input: unknown): z.ZodSafeParseResult<T> | { success: boolean; data?: T; error?: unknown };
};

const MIB = 1024 * 1024;
const MAX_JSON_BYTES = 4 * MIB;

/** What a body may be at most, and what else its refusal says. */
export type Limit = { bytes: number; what: string; fields?: Record<string, unknown> };

/**
 * Reads a body. One that says it is too large is refused unread, one that turns out to be as soon as it is: at no time
 * is more than the limit held. Throws 413.
 */
export async function readBody(c: Context, limit: Limit): Promise<Buffer> {
  const { headers, body } = c.req.raw;
  const length = headers.get("content-length");
  if (length !== null && Number(length) > limit.bytes) throw tooLarge(limit);
  // Node's parser lets nobody send more than was announced.
  if (length !== null) return Buffer.from(await unlessBroken(c.req.arrayBuffer()));
  if (body === null) return Buffer.alloc(0);
  return unlessBroken(collect(body, limit));
}

async function collect(body: ReadableStream<Uint8Array>, limit: Limit): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit.bytes) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A body that broke off is nobody's error here: whoever sent it is gone, or sent what HTTP does not allow. */
async function unlessBroken<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    throw new ProtocolError(400, "The body did not arrive whole");
  }
}

const tooLarge = ({ bytes, what, fields }: Limit) =>
  new ProtocolError(413, `${what} may be at most ${bytes / MIB} MiB`, fields);

/** Parses a JSON body with a schema of @trigger.dev/core (some clients send JSON without saying so). */
export async function parseBody<T>(c: Context, schema: Schema<T>, maxBytes = MAX_JSON_BYTES): Promise<T> {
  return parseWith(schema, await readJson(c, { bytes: maxBytes, what: "This body" }));
}

/** A JSON body as the database can hold it; an empty one is `{}`. */
export async function readJson(c: Context, limit: Limit): Promise<unknown> {
  const text = (await readBody(c, limit)).toString("utf8");
  let json: unknown;
  try {
    json = JSON.parse(text || "{}");
  } catch {
    throw new ProtocolError(400, "The body is not JSON");
  }
  return storable(json);
}

export function parseWith<T>(schema: Schema<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data as T;
  const issues = (result.error as { issues?: { path: PropertyKey[]; message: string }[] } | undefined)?.issues ?? [];
  const [issue] = issues;
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.join(".")}` : "";
  throw new ProtocolError(400, `Invalid input${where}: ${issue?.message ?? "does not fit"}`);
}
