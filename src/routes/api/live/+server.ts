import { error } from "@sveltejs/kit";
import { requirePerson } from "$lib/server/access.ts";
import { app } from "$lib/server/app.ts";
import { eventStream } from "$lib/server/event-stream.ts";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = ({ locals, request, url }) => {
  const user = requirePerson(locals);
  // A tab that was left open by somebody else passes what it hears on to their other tabs.
  if ((url.searchParams.get("user") ?? user.id) !== user.id) error(403, "Somebody else uses this browser now.");
  return eventStream(request.signal, (send) => app().live.subscribe(user.id, send));
};
