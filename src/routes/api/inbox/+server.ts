import { requirePerson } from "$lib/server/access.ts";
import * as inbox from "$lib/server/inbox.ts";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = async ({ locals, url }) => {
  const user = requirePerson(locals);
  const view = url.searchParams.get("view") === "archived" ? "archived" : "inbox";
  return Response.json(await inbox.list(locals.services, user.id, view));
};
