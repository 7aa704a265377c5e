import type { Page } from "@playwright/test";
import { choose } from "./account.ts";
import {
  composer,
  expectAnswer,
  isAlive,
  lastAnswer,
  questions,
  prompt,
  requestsFor,
  startChat,
  transcript,
  untilSaved,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { addExchanges, text, withAnswer } from "./stored-answer.ts";

/** Keeps in the page, as it is parsed, the element that the server has drawn there. */
async function rememberDrawn(page: Page, selector: string): Promise<() => Promise<boolean>> {
  await page.addInitScript((selector) => {
    addEventListener("DOMContentLoaded", () => Object.assign(window, { drawn: document.querySelector(selector) }));
  }, selector);
  return () =>
    page.evaluate((selector) => (window as { drawn?: Element }).drawn === document.querySelector(selector), selector);
}

test("a page comes alive around an answer that the server has drawn, and the answer with it", async ({
  guest: page,
  context,
  stack,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const problems: string[] = [];
  page.on("console", (message) => /hydrat/i.test(message.text()) && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
  const isDrawn = await rememberDrawn(page, "[role=log] .markdown p");
  await withAnswer(page, stack, [
    text("It **begins** here.\n\n```ts\nconst a = 1;\n```\n\n- one\n- two\n\n| a |\n|---|\n| 1 |"),
  ]);
  // At once, before anything else could have brought it to life.
  await lastAnswer(page).getByRole("button", { name: "Copy code" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("const a = 1;");
  await expect(lastAnswer(page).locator("pre span").first(), "coloured").toBeAttached();
  expect(await isDrawn(), "what was drawn is what is there").toBe(true);
  await expect(lastAnswer(page)).toContainText("It begins here.");
  await expect(lastAnswer(page).locator("pre")).toHaveCount(1);
  expect(problems).toEqual([]);
});

test("an answer goes on in what the server has drawn of it", async ({ guest: page }) => {
  await startChat(page, prompt("words=120 rate=20"));
  await expect(lastAnswer(page)).toContainText("w20");
  await page.reload();
  await expectAnswer(page, 120);
});

test("far messages stay as they were drawn until somebody comes near", async ({ guest: page, stack }) => {
  await startChat(page, prompt("words=20"));
  await expectAnswer(page, 20);
  await untilSaved(page);
  await addExchanges(page, stack, 60);
  const first = '[role=log] article[data-place="1"]';
  const isDrawn = await rememberDrawn(page, first);
  await page.reload();
  await isAlive(page);
  await expect(transcript(page).getByRole("article")).toHaveCount(122);
  expect(await isDrawn()).toBe(true);
  await expect(page.locator(`${first} .markdown`)).toHaveCount(0);
  await page.locator(first).evaluate((row) => row.scrollIntoView());
  await expect(page.locator(`${first} .markdown`)).toHaveCount(1);
  const places = await transcript(page)
    .locator("article[data-place]")
    .evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.place)));
  expect(places).toEqual(Array.from({ length: 122 }, (_, place) => place));
});

/** Keeps the page's scripts back until it is called: until then nothing of the page is alive. */
async function holdScripts(page: Page): Promise<() => void> {
  const held: (() => void)[] = [];
  let isHeld = true;
  await page.route(/\.js$/, async (route) => {
    if (isHeld) await new Promise<void>((resolve) => held.push(resolve));
    await route.continue();
  });
  return () => {
    expect(held.length).toBeGreaterThan(0);
    isHeld = false;
    for (const release of held) release();
  };
}

test("what is written before a page is alive is not lost", async ({ page }) => {
  const release = await holdScripts(page);
  await page.goto("/", { waitUntil: "commit" });
  await composer(page).fill("Early");
  release();
  await expect(page.getByRole("button", { name: "Send" })).toHaveAttribute("data-empty", "false");
  await composer(page).press("Enter");
  await expect(questions(page)).toHaveText(["Early"]);
});

for (const [how, press] of [
  ["Enter", (page: Page) => composer(page).press("Enter")],
  ["a click", (page: Page) => page.getByRole("button", { name: "Send" }).click()],
] as const) {
  test(`what is chosen and sent by ${how} before a page is alive is sent when it is, once`, async ({ page, model }) => {
    for (const [nth, chosen] of ["compatible:other", "compatible:numbered"].entries()) {
      const words = 3 + nth;
      const text = prompt(`words=${words}`);
      const release = await holdScripts(page);
      if (nth === 0) await page.goto("/", { waitUntil: "commit" });
      else await page.reload({ waitUntil: "commit" });
      const before = page.url();
      await page.getByRole("combobox", { name: "Model", exact: true }).selectOption(chosen);
      await composer(page).fill(text);
      await press(page);
      // A click that means nothing takes nothing back.
      await page.getByRole("main").click({ position: { x: 5, y: 300 } });
      release();
      await expectAnswer(page, words, { nth });
      await expect(questions(page).last()).toHaveText(text);
      if (nth > 0) expect(page.url()).toBe(before);
      expect(requestsFor(model, text).map((request) => request.model)).toEqual([chosen.split(":")[1]]);
    }
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true });

  test("what is pressed before a page is alive is done when it is", async ({ page }) => {
    const release = await holdScripts(page);
    await page.goto("/", { waitUntil: "commit" });
    await page.getByRole("button", { name: "Open chats" }).tap();
    release();
    // And stays so: this takes several presses in the drawer.
    await choose(page, "Settings");
    await expect(page.getByRole("dialog", { name: "Settings" })).toBeVisible();
  });
});

test("a page that is never painted comes alive as well: in a tab behind this one, or where nobody tells", async ({
  guest: page,
  context,
}) => {
  await startChat(page, prompt("words=3"));
  await expectAnswer(page, 3);
  for (const isHidden of [true, false]) {
    const other = await context.newPage();
    await other.addInitScript((isHidden) => {
      Object.defineProperty(document, "hidden", { get: () => isHidden });
      Object.assign(globalThis, {
        PerformanceObserver: class {
          observe() {
            // Tells of nothing.
          }
          disconnect() {
            // Has nothing to end.
          }
        },
      });
    }, isHidden);
    await other.goto(page.url());
    await isAlive(other);
    await other.close();
  }
});
