import { knownTimeZone } from "$lib/inbox/groups.ts";
import { requirePerson } from "$lib/server/access.ts";
import * as inbox from "$lib/server/inbox.ts";
import * as settings from "$lib/server/settings.ts";
import type { LayoutServerLoad } from "./$types";

export const load: LayoutServerLoad = async ({ locals, cookies }) => {
  const user = requirePerson(locals);
  const { services } = locals;
  const [list, chosen] = await Promise.all([
    inbox.list(services, user.id, { view: "inbox", filter: null }),
    settings.defaultModel(services.db, user.id),
  ]);
  return {
    user: { id: user.id, name: user.name, isGuest: user.isGuest },
    inbox: list,
    timeZone: knownTimeZone(cookies.get("skein-zone")),
    models: services.models.list().map(({ id, label, accepts }) => ({ id, label, accepts })),
    defaultModel: services.models.choose(chosen).id,
  };
};
