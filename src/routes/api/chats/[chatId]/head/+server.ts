import { error } from "@sveltejs/kit";
import { z } from "zod";
import { requirePerson } from "$lib/server/access.ts";
import { readBody } from "$lib/server/body.ts";
import * as chatPage from "$lib/server/chat-page.ts";
import * as heads from "$lib/server/heads.ts";
import { idSchema } from "$lib/tools/user-message.ts";
import type { RequestHandler } from "./$types";

const bodySchema = z.object({ parentId: idSchema.nullable(), id: idSchema.nullable() });

export const POST: RequestHandler = async ({ locals, params, request }) => {
  const user = requirePerson(locals);
  const which = { ownerId: user.id, chatId: params.chatId };
  const to = await readBody(request, bodySchema);
  const moved = await heads.visit(locals.services.db, which, to);
  if (!moved) error(404, "There is no such branch.");
  return Response.json(await chatPage.below(locals.services, which, moved.below));
};
