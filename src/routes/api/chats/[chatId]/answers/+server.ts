import { requirePerson } from "$lib/server/access.ts";
import { answer } from "$lib/server/approvals/answer.ts";
import { giveWhenAsked } from "$lib/server/approvals/give-when-asked.ts";
import { readBody } from "$lib/server/body.ts";
import { toolAnswerSchema } from "$lib/tools/tool-answer.ts";
import type { RequestHandler } from "./$types";

export const POST: RequestHandler = async ({ locals, params, request }) => {
  const user = requirePerson(locals);
  const wanted = await readBody(request, toolAnswerSchema);
  const { services } = locals;
  return answer(services, await giveWhenAsked(services.db, { ownerId: user.id, chatId: params.chatId }, wanted));
};
