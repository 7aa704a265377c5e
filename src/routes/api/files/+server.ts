import { requirePerson } from "$lib/server/access.ts";
import { receive } from "$lib/server/files/upload.ts";
import type { RequestHandler } from "./$types";

export const POST: RequestHandler = async ({ locals, request }) => {
  const user = requirePerson(locals);
  const received = await receive(locals.services, user.id, request);
  if (received.ok) return Response.json(received.file, { status: 201 });
  // The refusal does not wait for the rest of the body, which is read past it: left unread, it ends the connection.
  void request.body?.pipeTo(new WritableStream()).catch(() => {});
  return Response.json({ message: received.problem }, { status: received.status });
};
