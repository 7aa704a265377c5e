import { error } from "@sveltejs/kit";
import { z } from "zod";
import { MAX_QUERY_LENGTH } from "$lib/search/result.ts";
import { requirePerson } from "$lib/server/access.ts";
import { inTurn } from "$lib/server/search/in-turn.ts";
import { isTooSlow, search } from "$lib/server/search.ts";
import type { RequestHandler } from "./$types";

// Whoever pastes a page looks for its beginning.
const querySchema = z
  .string()
  .catch("")
  .transform((query) => query.slice(0, MAX_QUERY_LENGTH));

export const GET: RequestHandler = async ({ locals, request, url }) => {
  const { id: ownerId } = requirePerson(locals);
  const query = querySchema.parse(url.searchParams.get("q"));
  try {
    const results = await inTurn(ownerId, request.signal, () => search(locals.services.db, { ownerId, query }));
    return results ? Response.json(results) : new Response(null, { status: 204 });
  } catch (cause) {
    if (isTooSlow(cause)) error(503, "This search takes too long. Try other words.");
    throw cause;
  }
};
