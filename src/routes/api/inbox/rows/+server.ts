import { requirePerson } from "$lib/server/access.ts";
import * as inbox from "$lib/server/inbox.ts";
import { isStorable } from "$lib/server/jsonb.ts";
import type { RequestHandler } from "./$types";

const MAX_ROWS = 100;

export const GET: RequestHandler = async ({ locals, url }) => {
  const user = requirePerson(locals);
  const ids = url.searchParams.getAll("id").filter(isStorable).slice(0, MAX_ROWS);
  return Response.json(await inbox.named(locals.services, user.id, ids));
};
