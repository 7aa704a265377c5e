import { error } from "@sveltejs/kit";
import { requirePerson } from "$lib/server/access.ts";
import * as chatPage from "$lib/server/chat-page.ts";
import { claimAndStart } from "$lib/server/head-start.ts";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async ({ locals, params }) => {
  const user = requirePerson(locals);
  const which = { ownerId: user.id, chatId: params.chatId };

  // At the same time: a chat is running from its creation, whoever starts its first turn.
  const [data] = await Promise.all([chatPage.open(locals.services, which), claimAndStart(locals.services, which)]);
  if (!data) error(404, "There is no such chat, or it belongs to someone else.");
  return data;
};
