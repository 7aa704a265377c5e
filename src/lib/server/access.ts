import { error } from "@sveltejs/kit";
import type { Person } from "./auth.ts";

/** Whoever asks, or 401. Pages always have a guest at least; this is for machines that come without a cookie. */
export function requirePerson(locals: { user: Person | null }): Person {
  if (!locals.user) error(401, "Open Skein in a browser first: this address needs its session cookie.");
  return locals.user;
}
