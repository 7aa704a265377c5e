import { invalidate } from "$app/navigation";
import { navigating } from "$app/state";
import { coalesce } from "./coalesce.ts";

/**
 * Loads the inbox again, without ever costing the person a click: Kit drops a navigation under way when something is
 * invalidated, and drops what was invalidated when a navigation begins. So this waits for the one, and does the other
 * again.
 */
export function createInboxRefresh(): { refresh(): void; navigationBegan(): void } {
  let navigations = 0;

  const refresh = coalesce(async () => {
    let before: number;
    do {
      while (navigating.complete) await navigating.complete.catch(() => {});
      before = navigations;
      await invalidate("skein:inbox");
    } while (navigations !== before);
  });

  return {
    // Offline: the feed says when it is time to look again.
    refresh: () => void refresh().catch(() => {}),
    navigationBegan: () => {
      navigations++;
    },
  };
}
