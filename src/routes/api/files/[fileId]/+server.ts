import { error } from "@sveltejs/kit";
import { requirePerson } from "$lib/server/access.ts";
import * as files from "$lib/server/files/files.ts";
import { etagOf, headersOf } from "$lib/server/files/served.ts";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = async ({ locals, params, request }) => {
  const user = requirePerson(locals);
  const { db, files: stores } = locals.services;
  const file = await files.find(db, { ownerId: user.id, fileId: params.fileId });
  if (!file) error(404, "There is no such file.");
  if (request.headers.get("if-none-match") === etagOf(file)) return new Response(null, { status: 304 });
  const bytes = await stores.of(file.store).get(file.id);
  if (!bytes) error(404, "There is no such file.");
  return new Response(bytes, { headers: headersOf(file) });
};

/** Whether it is still there, without reading it. */
export const HEAD: RequestHandler = async ({ locals, params }) => {
  const user = requirePerson(locals);
  const file = await files.find(locals.services.db, { ownerId: user.id, fileId: params.fileId });
  return new Response(null, file ? { headers: headersOf(file) } : { status: 404 });
};
