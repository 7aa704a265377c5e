import { error } from "@sveltejs/kit";
import { z } from "zod";
import { requirePerson } from "$lib/server/access.ts";
import { readBody } from "$lib/server/body.ts";
import * as chats from "$lib/server/chats.ts";
import { stopHeadStart } from "$lib/server/head-start.ts";
import { idSchema } from "$lib/tools/user-message.ts";
import type { RequestHandler } from "./$types";

const bodySchema = z.object({ turn: idSchema });

export const POST: RequestHandler = async ({ locals, params, request }) => {
  const user = requirePerson(locals);
  const which = { ownerId: user.id, chatId: params.chatId };
  const { turn } = await readBody(request, bodySchema);
  const isStopping = await chats.requestStop(locals.services.db, which, turn);
  if (isStopping) stopHeadStart(which.chatId);
  else if (!(await chats.owns(locals.services.db, which))) error(404, "There is no such chat.");
  return Response.json({ isOver: !isStopping });
};
