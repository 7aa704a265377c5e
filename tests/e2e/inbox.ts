import type { Page } from "@playwright/test";

/** What a person does in the list of chats and sees of it, by role and name. */

export const chats = (page: Page) => page.getByRole("navigation", { name: "Chats" });
export const rowOf = (page: Page, title: string) => chats(page).getByRole("listitem").filter({ hasText: title });
export const linkOf = (page: Page, title: string) => chats(page).getByRole("link", { name: title });

/** One of the actions of a row's menu. */
export async function choose(page: Page, title: string, name: string): Promise<void> {
  await rowOf(page, title).hover();
  await rowOf(page, title).getByRole("button", { name: "Chat actions" }).click();
  await page.getByRole("menuitem", { name, exact: true }).click();
}
