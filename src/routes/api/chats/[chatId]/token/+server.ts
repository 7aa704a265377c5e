import { error } from "@sveltejs/kit";
import { requirePerson } from "$lib/server/access.ts";
import * as chatPage from "$lib/server/chat-page.ts";
import type { RequestHandler } from "./$types";

export const POST: RequestHandler = async ({ locals, params }) => {
  const user = requirePerson(locals);
  const token = await chatPage.token(locals.services, { ownerId: user.id, chatId: params.chatId });
  if (token === undefined) error(404, "There is no such chat.");
  return Response.json({ token });
};
