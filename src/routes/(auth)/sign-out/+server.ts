import { redirect } from "@sveltejs/kit";
import { resolve } from "$app/paths";
import { app } from "$lib/server/app.ts";
import type { RequestHandler } from "./$types";

/** What a plain form asks for, from any page: the whole document goes, and with it whatever it held or listened to. */
export const POST: RequestHandler = async () => {
  await app().auth.signOut();
  redirect(303, resolve("/"));
};
