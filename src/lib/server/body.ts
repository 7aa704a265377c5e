import { error } from "@sveltejs/kit";
import type { z } from "zod";

const REFUSAL = "This request does not say what it should.";

/** The JSON of a request as the schema takes it, or 400. */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const body: unknown = await request.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  if (!parsed.success) error(400, REFUSAL);
  return parsed.data;
}

/** The parameters of an address as the schema takes them, or 400. */
export function readQuery<T>(url: URL, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(Object.fromEntries(url.searchParams));
  if (!parsed.success) error(400, REFUSAL);
  return parsed.data;
}
