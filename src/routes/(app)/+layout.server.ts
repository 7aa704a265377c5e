import { knownTimeZone } from "$lib/inbox/groups.ts";
import { requirePerson } from "$lib/server/access.ts";
import * as inbox from "$lib/server/inbox.ts";
import type { LayoutServerLoad } from "./$types";

export const load: LayoutServerLoad = async ({ locals, cookies, depends, isDataRequest }) => {
  const user = requirePerson(locals);
  depends("skein:inbox");
  const { services } = locals;
  return {
    user: { id: user.id, name: user.name, isGuest: user.isGuest },
    inbox: await inbox.list(services, user.id),
    // Streamed behind the rows, and only when the page asks for them again, which it does as soon as it is alive:
    // a document that streams keeps loading for as long as this takes, and Kit sends it as 200 even when it is an error.
    live: isDataRequest ? inbox.live(services, user.id) : null,
    now: Date.now(),
    timeZone: knownTimeZone(cookies.get("skein-zone")),
    models: services.models.list().map(({ id, label, accepts }) => ({ id, label, accepts })),
    defaultModel: services.models.defaultId,
  };
};
