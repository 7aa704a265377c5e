import type { Page } from "@playwright/test";
import { anEmail, choose, enter } from "./account.ts";
import {
  composer,
  expectAnswer,
  lastAnswer,
  openNewChat,
  prompt,
  queued,
  requestsFor,
  startChat,
  type,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

const settings = (page: Page) => page.getByRole("dialog", { name: "Settings" });
const model = (page: Page) => page.getByRole("combobox", { name: "Model", exact: true });
const defaultModel = (page: Page) => settings(page).getByRole("combobox", { name: "Default model" });
const radio = (page: Page, group: string, name: string) =>
  settings(page).getByRole("radiogroup", { name: group }).getByRole("radio", { name });

/** Presses what one sees of a choice: the circle of a radio button is not drawn. */
const pick = (page: Page, name: string) => settings(page).getByText(name, { exact: true }).click();

async function openSettings(page: Page): Promise<void> {
  await choose(page, "Settings");
  await expect(settings(page)).toBeVisible();
}

async function close(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await expect(settings(page)).toBeHidden();
}

test("the theme holds at once, on every page of the browser, and after a reload", async ({ guest }) => {
  const theme = (page: Page) => page.locator("html").getAttribute("data-theme");
  const other = await guest.context().newPage();
  await openNewChat(other);
  await openSettings(guest);
  await expect(radio(guest, "Theme", "System")).toBeChecked();
  await pick(guest, "Dark");
  await expect(radio(guest, "Theme", "Dark")).toBeChecked();
  expect(await theme(guest)).toBe("dark");
  await expect.poll(() => theme(other)).toBe("dark");
  await expect(guest.getByTitle("Theme: dark")).toBeAttached();
  await guest.reload();
  expect(await theme(guest)).toBe("dark");

  await other.getByRole("button", { name: "Theme" }).click();
  await expect(other.getByTitle("Theme: system")).toBeVisible();
  await expect.poll(() => theme(guest)).toBe("light");
  await guest.emulateMedia({ colorScheme: "dark" });
  await expect.poll(() => theme(guest)).toBe("dark");
});

test("new chats begin with the model that was chosen, in every browser of the account", async ({
  guest,
  newcomer,
  model: provider,
}) => {
  await expect(model(guest)).toHaveValue("compatible:numbered");
  const before = prompt("words=3");
  await startChat(guest, before);
  await expectAnswer(guest, 3);

  await openSettings(guest);
  await defaultModel(guest).selectOption("other");
  await close(guest);
  await expect(model(guest), "of a chat that has one").toHaveValue("compatible:numbered");
  await guest.getByRole("link", { name: "New chat" }).click();
  await expect(model(guest)).toHaveValue("compatible:other");
  const question = prompt("words=4");
  await startChat(guest, question);
  await expectAnswer(guest, 4);
  expect(requestsFor(provider, question).map((request) => request.model)).toEqual(["other"]);

  await openNewChat(guest);
  await expect(model(guest), "after a reload").toHaveValue("compatible:other");
  const email = anEmail();
  await enter(guest, "Sign up", email);
  await expect(model(guest), "as an account").toHaveValue("compatible:other");
  const elsewhere = await (await newcomer()).newPage();
  await openNewChat(elsewhere);
  await expect(model(elsewhere), "of somebody else").toHaveValue("compatible:numbered");
  await enter(elsewhere, "Sign in", email);
  await expect(model(elsewhere), "in another browser").toHaveValue("compatible:other");
});

test("the page for a new chat takes the model over; what is not saved is not shown as if", async ({ guest }) => {
  await composer(guest).fill("half a thought");
  await openSettings(guest);
  await guest.route("**/api/settings", (route) => route.abort());
  await defaultModel(guest).selectOption("other");
  await expect(settings(guest).getByRole("alert")).toContainText("could not be saved");
  await expect(defaultModel(guest)).toHaveValue("compatible:numbered");
  await guest.unroute("**/api/settings");
  await defaultModel(guest).selectOption("other");
  await expect(settings(guest).getByRole("alert")).toHaveCount(0);
  await close(guest);
  await expect(model(guest)).toHaveValue("compatible:other");
  await expect(composer(guest)).toHaveValue("half a thought");
  for (const [data, status] of [
    [{ defaultModel: "compatible:unknown" }, 400],
    [{ defaultModel: 1 }, 400],
    [{ defaultModel: "compatible:other", more: true }, 400],
    ["{", 400],
    [{ defaultModel: "compatible:other" }, 204],
  ] as const)
    expect((await guest.request.patch("/api/settings", { data })).status(), JSON.stringify(data)).toBe(status);
});

test("what Enter does while an answer runs is what was chosen, in the chat that is open too", async ({ guest }) => {
  await startChat(guest, prompt("words=100 rate=20"));
  await untilWord(lastAnswer(guest), 3);
  await openSettings(guest);
  await expect(radio(guest, "While an answer runs, Enter", "Steers")).toBeChecked();
  await pick(guest, "Queues");
  await close(guest);
  await composer(guest).focus();
  const waiting = prompt("words=4");
  await type(guest, waiting);
  await expect(queued(guest)).toHaveText([new RegExp(`Queued\\s*${waiting}`)]);
  await guest.getByRole("button", { name: "More choices" }).click();
  await expect(guest.getByRole("menuitemradio", { name: /^Enter queues/ })).toBeChecked();
  await guest.getByRole("menuitemradio", { name: /^Enter steers/ }).click();
  await openSettings(guest);
  await expect(radio(guest, "While an answer runs, Enter", "Steers")).toBeChecked();
});

test("the keyboard alone is enough for the settings, and comes back to where it was", async ({ guest }) => {
  const account = guest.getByRole("button", { name: "Account" });
  await account.focus();
  await guest.keyboard.press("Enter");
  await expect(guest.getByRole("menu", { name: "Account" })).toBeFocused();
  await guest.keyboard.press("ArrowDown");
  await expect(guest.getByRole("menuitem", { name: "Sign up" })).toBeFocused();
  await guest.keyboard.type("se");
  await expect(guest.getByRole("menuitem", { name: "Settings" })).toBeFocused();
  await guest.keyboard.press("Enter");
  await expect(settings(guest)).toBeVisible();
  await radio(guest, "Theme", "System").focus();
  await guest.keyboard.press("ArrowRight");
  await expect(radio(guest, "Theme", "Light")).toBeChecked();
  await guest.keyboard.press("Escape");
  await expect(settings(guest)).toBeHidden();
  await expect(account).toBeFocused();

  await openSettings(guest);
  await settings(guest).getByRole("button", { name: "Keyboard shortcuts" }).click();
  const list = guest.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(list).toBeVisible();
  await expect(settings(guest)).toBeHidden();
  await list.getByRole("button", { name: "Close" }).click();
  await expect(list).toBeHidden();
  await expect(account).toBeFocused();
  await choose(guest, "Keyboard shortcuts");
  await expect(list).toBeVisible();
  // Beside it.
  await guest.mouse.click(5, 5);
  await expect(list).toBeHidden();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true });

  test("the settings fit, and the drawer stays open below them", async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Open chats" }).tap();
    await openSettings(page);
    for (const name of ["System", "Light", "Dark"]) await expect(settings(page).getByText(name)).toBeInViewport();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await close(page);
    await expect(page.getByRole("navigation", { name: "Chats" })).toBeVisible();
    await page.getByRole("button", { name: "Close chats" }).tap();
    await expect(page.getByRole("navigation", { name: "Chats" })).toBeHidden();
    await expect(composer(page)).toBeVisible();
  });
});
