import { requirePerson } from "$lib/server/access.ts";
import { readBody } from "$lib/server/body.ts";
import { answer } from "$lib/server/queue/answer.ts";
import { checkFiles } from "$lib/server/queue/check.ts";
import { edit, remove } from "$lib/server/queue/edit.ts";
import { changeQueuedSchema } from "$lib/tools/queue.ts";
import type { RequestHandler } from "./$types";

export const PATCH: RequestHandler = async ({ locals, params, request }) => {
  const user = requirePerson(locals);
  const which = { ownerId: user.id, chatId: params.chatId };
  const wanted = await readBody(request, changeQueuedSchema);
  if ("parts" in wanted) await checkFiles(locals.services, which, { id: params.messageId, parts: wanted.parts });
  return answer(locals.services, await edit(locals.services.db, which, params.messageId, wanted));
};

export const DELETE: RequestHandler = async ({ locals, params }) => {
  const user = requirePerson(locals);
  const which = { ownerId: user.id, chatId: params.chatId };
  return answer(locals.services, await remove(locals.services.db, which, params.messageId));
};
