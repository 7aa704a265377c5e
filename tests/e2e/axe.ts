import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect } from "./fixtures.ts";

/** axe finds nothing on the page as it is now, in light and in dark. All that it finds is told, not the first page alone. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // No page of ours has a frame: the whole of axe can run in the page itself.
    const axe = new AxeBuilder({ page }).setLegacyMode();
    // Nothing but its colours differs in the dark.
    if (colorScheme === "dark") axe.withRules(["color-contrast", "link-in-text-block"]);
    const { violations } = await axe.analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, html, failureSummary }) => [id, target.join(" "), html.slice(0, 300), failureSummary]),
    );
    expect.soft(found, `${state}, ${colorScheme}`).toEqual([]);
  }
}
