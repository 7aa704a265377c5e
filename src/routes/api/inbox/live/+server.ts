import { requirePerson } from "$lib/server/access.ts";
import * as inbox from "$lib/server/inbox.ts";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = async ({ locals }) => {
  const user = requirePerson(locals);
  return Response.json(await inbox.live(locals.services, user.id));
};
