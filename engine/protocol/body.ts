import type { Context } from "hono";
import type { z } from "zod";
import { ProtocolError } from "../errors.ts";

type Schema<T> = {
  safeParse(input: unknown): z.ZodSafeParseResult<T> | { success: boolean; data?: T; error?: unknown };
};

/** Parses a JSON body with a schema of @trigger.dev/core (some clients send JSON without saying so). */
export async function parseBody<T>(c: Context, schema: Schema<T>): Promise<T> {
  let json: unknown;
  try {
    json = JSON.parse((await c.req.text()) || "{}");
  } catch {
    throw new ProtocolError(400, "The body is not JSON");
  }
  return parseWith(schema, json);
}

export function parseWith<T>(schema: Schema<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data as T;
  const issues = (result.error as { issues?: { path: PropertyKey[]; message: string }[] } | undefined)?.issues ?? [];
  const [issue] = issues;
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.join(".")}` : "";
  throw new ProtocolError(400, `Invalid input${where}: ${issue?.message ?? "does not fit"}`);
}
