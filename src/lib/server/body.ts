import { error } from "@sveltejs/kit";
import type { z } from "zod";

/** The JSON of a request as the schema takes it, or 400. */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const body: unknown = await request.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  if (!parsed.success) error(400, "This request does not say what it should.");
  return parsed.data;
}
