import { error } from "@sveltejs/kit";
import { z } from "zod";
import { requirePerson } from "$lib/server/access.ts";
import { readBody } from "$lib/server/body.ts";
import * as chatPage from "$lib/server/chat-page.ts";
import * as heads from "$lib/server/heads.ts";
import { idSchema } from "$lib/tools/user-message.ts";
import type { RequestHandler } from "./$types";

const bodySchema = z.union([
  z.object({ parentId: idSchema.nullable(), id: idSchema.nullable() }),
  z.object({ messageId: idSchema }),
]);

export const POST: RequestHandler = async ({ locals, params, request }) => {
  const user = requirePerson(locals);
  const which = { ownerId: user.id, chatId: params.chatId };
  const to = await readBody(request, bodySchema);
  const { db } = locals.services;
  const moved = await ("messageId" in to ? heads.goTo(db, which, to.messageId) : heads.visit(db, which, to));
  if (!moved) error(404, "There is no such branch.");
  return Response.json(await chatPage.below(locals.services, which, moved.below));
};
