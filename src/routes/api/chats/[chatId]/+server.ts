import { error } from "@sveltejs/kit";
import { requirePerson } from "$lib/server/access.ts";
import { readBody } from "$lib/server/body.ts";
import * as chatEdits from "$lib/server/chat-edits.ts";
import { versionOf } from "$lib/server/chat-version.ts";
import * as chatPage from "$lib/server/chat-page.ts";
import { takeOver } from "$lib/server/foreign-chats.ts";
import { chatEditSchema } from "$lib/tools/chat-edit.ts";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = async ({ locals, params, url }) => {
  const user = requirePerson(locals);
  const which = { ownerId: user.id, chatId: params.chatId };
  const known = url.searchParams.get("version");
  if (known !== null && known === (await versionOf(locals.services.db, which)))
    return new Response(null, { status: 204 });
  const [after, mark] = [url.searchParams.get("after"), url.searchParams.get("mark")];
  const data =
    after === null || mark === null
      ? await chatPage.open(locals.services, which)
      : await chatPage.news(locals.services, which, { id: after, mark });
  if (!data) error(404, "There is no such chat.");
  return Response.json(data);
};

export const PATCH: RequestHandler = async ({ locals, params, request }) => {
  const user = requirePerson(locals);
  const edit = await readBody(request, chatEditSchema);
  const which = { ownerId: user.id, chatId: params.chatId };
  const { services } = locals;
  const apply = () => chatEdits.apply(services.db, which, edit);
  // The inbox shows sessions of other surfaces that are no chats yet.
  const isThere = (await apply()) || ((await takeOver(services, which)) && (await apply()));
  if (!isThere) error(404, "There is no such chat.");
  return new Response(null, { status: 204 });
};
