import { error } from "@sveltejs/kit";
import { z } from "zod";
import { requirePerson } from "$lib/server/access.ts";
import { readBody } from "$lib/server/body.ts";
import * as settings from "$lib/server/settings.ts";
import type { RequestHandler } from "./$types";

const settingsSchema = z.strictObject({ defaultModel: z.string() });

export const PATCH: RequestHandler = async ({ locals, request }) => {
  const user = requirePerson(locals);
  const { db, models } = locals.services;
  const model = models.info((await readBody(request, settingsSchema)).defaultModel);
  if (!model) error(400, "There is no such model.");
  await settings.chooseDefaultModel(db, user.id, model.id);
  return new Response(null, { status: 204 });
};
