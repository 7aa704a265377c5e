import { error } from "@sveltejs/kit";
import { requirePerson } from "$lib/server/access.ts";
import * as chats from "$lib/server/chats.ts";
import type { RequestHandler } from "./$types";

export const POST: RequestHandler = async ({ locals, params }) => {
  const user = requirePerson(locals);
  const which = { ownerId: user.id, chatId: params.chatId };
  if (!(await chats.owns(locals.services.db, which))) error(404, "There is no such chat.");
  await chats.requestStop(locals.services.db, which);
  return new Response(null, { status: 204 });
};
