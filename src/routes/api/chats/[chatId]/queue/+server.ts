import { error } from "@sveltejs/kit";
import { requirePerson } from "$lib/server/access.ts";
import { readBody } from "$lib/server/body.ts";
import { answer } from "$lib/server/queue/answer.ts";
import { arrange } from "$lib/server/queue/arrange.ts";
import { checkFiles } from "$lib/server/queue/check.ts";
import { enqueue } from "$lib/server/queue/enqueue.ts";
import { read } from "$lib/server/queue/read.ts";
import { arrangeSchema, enqueueSchema } from "$lib/tools/queue.ts";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = async ({ locals, params }) => {
  const user = requirePerson(locals);
  const queue = await read(locals.services.db, { ownerId: user.id, chatId: params.chatId });
  if (!queue) error(404, "There is no such chat.");
  return Response.json(queue);
};

export const POST: RequestHandler = async ({ locals, params, request }) => {
  const user = requirePerson(locals);
  const which = { ownerId: user.id, chatId: params.chatId };
  const wanted = await readBody(request, enqueueSchema);
  await checkFiles(locals.services, which, { ...wanted.message, model: wanted.model });
  return answer(locals.services, await enqueue(locals.services.db, which, wanted));
};

export const PATCH: RequestHandler = async ({ locals, params, request }) => {
  const user = requirePerson(locals);
  const which = { ownerId: user.id, chatId: params.chatId };
  const wanted = await readBody(request, arrangeSchema);
  return answer(locals.services, await arrange(locals.services.db, which, wanted));
};
