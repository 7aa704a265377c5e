import { requirePerson } from "$lib/server/access.ts";
import * as chats from "$lib/server/chats.ts";
import type { RequestHandler } from "./$types";

export const POST: RequestHandler = async ({ locals, params }) => {
  const user = requirePerson(locals);
  await chats.markRead(locals.services.db, { ownerId: user.id, chatId: params.chatId });
  return new Response(null, { status: 204 });
};
