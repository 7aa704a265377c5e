import { error } from "@sveltejs/kit";
import { z } from "zod";
import { requirePerson } from "$lib/server/access.ts";
import { readBody } from "$lib/server/body.ts";
import * as chats from "$lib/server/chats.ts";
import { stopTurn } from "$lib/server/stop-turn.ts";
import { idSchema } from "$lib/tools/user-message.ts";
import type { RequestHandler } from "./$types";

const bodySchema = z.object({ turn: idSchema });

export const POST: RequestHandler = async ({ locals, params, request }) => {
  const user = requirePerson(locals);
  const which = { ownerId: user.id, chatId: params.chatId };
  const { turn } = await readBody(request, bodySchema);
  const isStopping = await stopTurn(locals.services, which, turn);
  if (!isStopping && !(await chats.owns(locals.services.db, which))) error(404, "There is no such chat.");
  return new Response(null, { status: 204 });
};
