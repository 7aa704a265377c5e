import { error } from "@sveltejs/kit";
import { requirePerson } from "$lib/server/access.ts";
import * as chatPage from "$lib/server/chat-page.ts";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = async ({ locals, params }) => {
  const user = requirePerson(locals);
  const data = await chatPage.open(locals.services, { ownerId: user.id, chatId: params.chatId });
  if (!data) error(404, "There is no such chat.");
  return Response.json(data);
};
