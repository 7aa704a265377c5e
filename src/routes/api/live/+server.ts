import { requirePerson } from "$lib/server/access.ts";
import { app } from "$lib/server/app.ts";
import { eventStream } from "$lib/server/event-stream.ts";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = ({ locals, request }) => {
  const user = requirePerson(locals);
  return eventStream(request.signal, (send) => app().live.subscribe(user.id, send));
};
