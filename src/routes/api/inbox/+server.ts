import { z } from "zod";
import { FILTERS, VIEWS } from "$lib/inbox/row.ts";
import { requirePerson } from "$lib/server/access.ts";
import { readQuery } from "$lib/server/body.ts";
import * as inbox from "$lib/server/inbox.ts";
import { isStorable } from "$lib/server/jsonb.ts";
import type { RequestHandler } from "./$types";

const MAX_LIMIT = 500;

const querySchema = z.object({
  view: z.enum(VIEWS).default("inbox"),
  filter: z.enum(FILTERS).nullable().default(null),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).optional(),
  /** The last row that is known: its `at` and its `id`. */
  at: z.coerce.number().int().min(0).max(8.64e15).optional(),
  id: z.string().max(200).refine(isStorable).optional(),
});

export const GET: RequestHandler = async ({ locals, url }) => {
  const user = requirePerson(locals);
  const { at, id, ...listing } = readQuery(url, querySchema);
  const before = at === undefined || id === undefined ? null : { at, id };
  return Response.json(await inbox.list(locals.services, user.id, { ...listing, before }));
};
