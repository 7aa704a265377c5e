import type { Page } from "@playwright/test";
import { makePng } from "../../src/lib/server/models/demo-png.ts";
import { expectAccessible } from "./axe.ts";
import { query } from "../support/query.ts";
import { chatIdOf, composer, expectAnswer, lastAnswer, prompt, questions, send, startChat } from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { text, withAnswer } from "./stored-answer.ts";

const png = (name: string, hue: number, width = 64, height = 48) => ({
  ...{ name, mimeType: "image/png", buffer: makePng(width, height, hue) },
});
const large = png("large.png", 120, 2400, 1600);
const viewer = (page: Page) => page.getByRole("dialog").filter({ has: page.getByRole("button", { name: "Zoom" }) });
const button = (page: Page, name: string) => viewer(page).getByRole("button", { name, exact: true });
const thumbnail = (page: Page, name: string) => questions(page).getByRole("link", { name: `Open image ${name}` });

/** Two questions: one with two images, one with a large one. */
async function sendImages(page: Page): Promise<void> {
  const files = page.locator("input[type=file]").first();
  await files.setInputFiles([png("cat.png", 10), png("dog.png", 90)]);
  await expect(page.getByRole("button", { name: "Remove dog.png" })).toBeVisible();
  await startChat(page, prompt("words=3"));
  await expectAnswer(page, 3);
  await files.setInputFiles([large]);
  await expect(page.getByRole("button", { name: "Remove large.png" })).toBeVisible();
  await send(page, prompt("words=4"));
  await expectAnswer(page, 4, { nth: 1 });
}

test("the images of a conversation are looked at one after the other, closer, and saved", async ({ guest: page }) => {
  await sendImages(page);
  await thumbnail(page, "dog.png").click();
  await expect(viewer(page)).toHaveAccessibleName("dog.png");
  await expect(viewer(page)).toContainText("2 of 3");
  await expectAccessible(page, "an image");
  await page.keyboard.press("ArrowLeft");
  await expect(viewer(page).getByRole("img", { name: "cat.png" })).toBeVisible();
  await expect(button(page, "Previous image")).toBeHidden();
  await button(page, "Next image").click();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  const image = viewer(page).getByRole("img", { name: "large.png" });
  await expect(image).toBeInViewport({ ratio: 1 });

  await image.click({ position: { x: 5, y: 5 } });
  await expect.poll(async () => (await image.boundingBox())?.width).toBe(2400);
  await expectAccessible(page, "an image at its own size");
  await button(page, "Zoom out").click();
  await expect.poll(async () => (await image.boundingBox())?.width).toBeLessThan(1280);

  const download = page.waitForEvent("download");
  await viewer(page).getByRole("link", { name: "Download" }).click();
  expect((await download).suggestedFilename()).toBe("large.png");
  const original = page.context().waitForEvent("page");
  await viewer(page).getByRole("link", { name: "Open original" }).click();
  await (await original).close();

  await page.keyboard.press("Escape");
  await expect(viewer(page)).toBeHidden();
  await expect(thumbnail(page, "dog.png")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(viewer(page)).toHaveAccessibleName("dog.png");
  await viewer(page).click({ position: { x: 30, y: 400 } });
  await expect(viewer(page)).toBeHidden();
});

test("a link to an image is still one: with a key it opens in a tab", async ({ guest: page }) => {
  await sendImages(page);
  const tab = page.context().waitForEvent("page");
  await thumbnail(page, "cat.png").click({ modifiers: ["ControlOrMeta"] });
  await expect.poll(async () => new URL((await tab).url()).pathname).toMatch(/^\/api\/files\//);
  await expect(viewer(page)).toBeHidden();
});

test("an image of an answer takes its room before it is there, and has no address to open", async ({
  guest: page,
  stack,
}) => {
  const url = `data:image/png;base64,${makePng(600, 300, 40).toString("base64")}`;
  await withAnswer(page, stack, [{ type: "file", mediaType: "image/png", filename: "made.png", url }]);
  const made = lastAnswer(page).getByRole("button", { name: "Enlarge made.png" });
  expect((await made.boundingBox())?.height).toBeCloseTo(240, -1);
  await made.click();
  await expect(viewer(page)).toHaveAccessibleName("made.png");
  await expect(viewer(page).getByRole("link", { name: "Open original" })).toHaveCount(0);
  await expect(button(page, "Next image")).toHaveCount(0);
  await button(page, "Close").click();
  await expect(made).toBeFocused();
});

test("an image in the text of an answer opens as well, and one in a link is a link", async ({ guest: page, stack }) => {
  await page.getByLabel("Files to attach").setInputFiles([large]);
  await expect(page.getByRole("button", { name: "Remove large.png" })).toBeVisible();
  await withAnswer(page, stack, [text("Nothing yet.")]);
  const src = await thumbnail(page, "large.png").getAttribute("href");
  await query(stack.databaseUrl, `update message set parts = $2 where chat_id = $1 and role = 'assistant'`, [
    chatIdOf(page),
    JSON.stringify([text(`Look:\n\n![A green field](${src})\n\n[![Elsewhere](${src})](https://example.com/)`)]),
  ]);
  await page.reload();
  const image = lastAnswer(page).getByRole("button", { name: "Enlarge A green field" });
  await image.click();
  await expect(viewer(page)).toHaveAccessibleName("large.png");
  await expect(viewer(page).getByRole("img")).toBeInViewport({ ratio: 1 });
  await page.keyboard.press("Escape");
  await expect(viewer(page)).toBeHidden();
  await expect(image).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(viewer(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(viewer(page)).toBeHidden();

  await page.context().route("https://example.com/", (route) => route.fulfill({ body: "Elsewhere" }));
  const link = lastAnswer(page).getByRole("link");
  await expect(link.getByRole("button")).toHaveCount(0);
  const elsewhere = page.context().waitForEvent("page");
  await link.getByRole("img", { name: "Elsewhere" }).click();
  await expect((await elsewhere).locator("body")).toHaveText("Elsewhere");
  await expect(viewer(page)).toBeHidden();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true });

  test("a tap opens an image as wide as the screen, and another looks closer", async ({ page }) => {
    await page.goto("/");
    await composer(page).fill(prompt("words=3"));
    // The page is alive: on a phone the focus does not tell.
    await expect(page.getByRole("button", { name: "Send" })).toHaveAttribute("data-empty", "false");
    await page.locator("input[type=file]").setInputFiles([large]);
    await expect(page.getByRole("button", { name: "Remove large.png" })).toBeVisible();
    await page.getByRole("button", { name: "Send" }).tap();
    await expectAnswer(page, 3);
    await thumbnail(page, "large.png").tap();
    const image = viewer(page).getByRole("img");
    await expect(image).toBeInViewport({ ratio: 1 });
    for (const name of ["Zoom in", "Close"]) await expect(button(page, name)).toBeInViewport({ ratio: 1 });
    await image.tap();
    await expect.poll(async () => (await image.boundingBox())?.width).toBe(2400);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await button(page, "Close").tap();
    await expect(viewer(page)).toBeHidden();
  });
});
