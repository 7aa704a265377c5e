import { redirect } from "@sveltejs/kit";
import { resolve } from "$app/paths";
import { requirePerson } from "$lib/server/access.ts";
import type { LayoutServerLoad } from "./$types";

/** Whoever has an account signs out of it first. */
export const load: LayoutServerLoad = ({ locals }) => {
  if (!requirePerson(locals).isGuest) redirect(303, resolve("/"));
};
