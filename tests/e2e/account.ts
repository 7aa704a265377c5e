import { randomUUID } from "node:crypto";
import { expect, type Page } from "@playwright/test";
import { isAlive } from "./conversation.ts";

/** What a person does about their account, by role and name. */

export const PASSWORD = "correct horse battery";

/** An email that nobody else has. */
export const anEmail = () => `ada-${randomUUID().slice(0, 8)}@example.org`;

export async function openAccountMenu(page: Page) {
  await page.getByRole("button", { name: "Account" }).click();
  const menu = page.getByRole("menu", { name: "Account" });
  await expect(menu).toBeVisible();
  return menu;
}

export async function choose(page: Page, name: string): Promise<void> {
  await (await openAccountMenu(page)).getByRole("menuitem", { name }).click();
}

/** Fills in the form of the page and sends it. */
export async function fillIn(page: Page, name: "Sign up" | "Sign in", email: string, password = PASSWORD) {
  await expect(page.getByRole("heading", { name })).toBeVisible();
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name }).click();
}

/** From the page one is at, and back to it. */
export async function enter(page: Page, name: "Sign up" | "Sign in", email: string): Promise<void> {
  const from = page.url();
  await choose(page, name);
  await fillIn(page, name, email);
  await page.waitForURL(from);
  await isAlive(page);
}

export async function signOut(page: Page): Promise<void> {
  await choose(page, "Sign out");
  await page.waitForURL((url) => url.pathname === "/");
  await isAlive(page);
}
