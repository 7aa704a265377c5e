import { error } from "@sveltejs/kit";
import { z } from "zod";
import { requirePerson } from "$lib/server/access.ts";
import { readBody } from "$lib/server/body.ts";
import * as forks from "$lib/server/forks.ts";
import { idSchema } from "$lib/tools/user-message.ts";
import type { RequestHandler } from "./$types";

const bodySchema = z.object({ messageId: idSchema });

export const POST: RequestHandler = async ({ locals, params, request }) => {
  const user = requirePerson(locals);
  const { messageId } = await readBody(request, bodySchema);
  const fork = await forks.create(locals.services.db, { ownerId: user.id, chatId: params.chatId, messageId });
  if (!fork) error(404, "There is no such message.");
  return Response.json(fork);
};
