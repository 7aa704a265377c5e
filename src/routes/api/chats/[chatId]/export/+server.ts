import { error } from "@sveltejs/kit";
import { requirePerson } from "$lib/server/access.ts";
import { asJson, asMarkdown } from "$lib/server/export/export.ts";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = async ({ locals, params, url }) => {
  const user = requirePerson(locals);
  const which = { ownerId: user.id, chatId: params.chatId };
  const { db } = locals.services;
  if (url.searchParams.get("format") === "json") {
    const chat = (await asJson(db, which)) ?? error(404, "There is no such chat.");
    return download(JSON.stringify(chat, null, 2), `${chat.title}.json`, "application/json");
  }
  const { text, title } = (await asMarkdown(db, which)) ?? error(404, "There is no such chat.");
  return download(text, `${title}.md`, "text/markdown; charset=utf-8");
};

function download(text: string, name: string, type: string): Response {
  // What file systems take for their own is left out; the browser does the rest.
  const safe = encodeURIComponent(name.replace(/[\\/:*?"<>|]+/g, " ").trim());
  const headers = { "content-type": type, "content-disposition": `attachment; filename*=UTF-8''${safe}` };
  return new Response(text, { headers });
}
