import { knownTimeZone, minutesAhead } from "$lib/inbox/calendar.ts";
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
  const zone = knownTimeZone(cookies.get("skein-zone"));
  return {
    user: { id: user.id, name: user.name, isGuest: user.isGuest },
    inbox: list,
    zone: { name: zone, minutesAhead: minutesAhead(zone, list.now) },
    models: services.models.list().map(({ id, label, accepts, tools, reasoning, contextWindow }) => ({
      ...{ id, label, accepts, tools, reasoning, contextWindow },
    })),
    defaultModel: services.models.choose(chosen).id,
  };
};
