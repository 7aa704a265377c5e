import type { Page } from "@playwright/test";
import {
  composer,
  expectAnswer,
  expectSettled,
  lastAnswer,
  onAnotherDevice,
  prompt,
  queued,
  send,
  startChat,
  transcript,
  type,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { jumpOf, watchFrames, type Frame } from "./frames.ts";

const jump = (page: Page) => page.getByRole("button", { name: "Jump to latest" });
const stop = (page: Page) => page.getByRole("button", { name: "Stop", exact: true }).click();
const scrollBy = (page: Page, by: number) =>
  transcript(page).evaluate((log, by) => {
    log.scrollTop += by;
  }, by);

/** A chat with more than a screen in it. */
async function longChat(page: Page) {
  await startChat(page, prompt("words=700 rate=2000"));
  await expectAnswer(page, 700);
}

/** An answer is being written, and the view follows its end. */
async function following(page: Page) {
  await send(page, prompt("words=9000 rate=150"));
  await expect(async () => {
    const box = await lastAnswer(page).boundingBox();
    expect(box?.y).toBeLessThan(0);
  }).toPass();
  await expect(jump(page)).toBeHidden();
}

/** The answer goes on for a while. */
async function grows(page: Page, frames: () => Promise<Frame[]>) {
  const from = (await frames()).at(-1)?.height ?? 0;
  await expect.poll(async () => (await frames()).at(-1)?.height).toBeGreaterThan(from + 60);
}

function expectNoneDown(frames: Frame[]) {
  const wentUp = frames.findIndex(({ top }, at) => top < (frames[at - 1]?.top ?? 0));
  expect(wentUp).toBeGreaterThan(0);
  for (const [at, { top }] of frames.slice(wentUp).entries())
    expect(top, `frame ${at}`).toBeLessThanOrEqual((frames[wentUp + at - 1]?.top ?? 0) + 0.5);
}

test("what one sends goes to the top; its answer fills the room, then its end is followed in every frame", async ({
  guest: page,
  newcomer,
}) => {
  await longChat(page);
  const other = await onAnotherDevice(page, newcomer);
  const frames = await watchFrames(page, '[data-place="2"]');
  const elsewhere = await watchFrames(other, '[data-place="2"]');
  await send(page, prompt("words=700 rate=150"));
  // The box gets higher and lower beneath it.
  await composer(page).fill("one\ntwo\nthree");
  await composer(page).fill("");
  await expectAnswer(page, 700);
  const seen = (await frames()).filter(({ row }) => row !== null);
  const filling = seen.filter(({ row }) => Math.abs((row ?? 0) - 24) <= 1);
  expect(seen.slice(0, filling.length), "first it stays at the top").toEqual(filling);
  expect(new Set(filling.map(({ length }) => length)).size, "while the answer grows").toBeGreaterThan(1);
  const after = seen.slice(filling.length);
  expect(new Set(after.map(({ height }) => height)).size, "then it is pushed up").toBeGreaterThan(1);
  for (const { rest } of after) expect(rest).toBeLessThanOrEqual(2);
  await expect(jump(page)).toBeHidden();

  // Who only watches sees the end, always.
  await expectAnswer(other, 700);
  for (const { rest } of await elsewhere()) expect(rest).toBeLessThanOrEqual(2);

  // A short answer leaves the room, and nothing moves when it is done. A reload shows the end.
  const short = await watchFrames(page, '[data-place="4"]');
  await send(page, prompt("words=30 rate=100"));
  await expectAnswer(page, 30);
  const rows = (await short()).filter(({ row }) => row !== null);
  for (const { row } of rows) expect(Math.abs((row ?? 0) - 24)).toBeLessThanOrEqual(1);
  expect(rows.at(-1)?.last).toBeLessThan(-200);
  await expect(jump(page)).toBeHidden();
  await page.reload();
  await expectAnswer(page, 30);
  const reloaded = await watchFrames(page, "article");
  await expect.poll(async () => (await reloaded()).length).toBeGreaterThan(0);
  const [{ last, rest } = { last: 0, rest: Infinity }] = await reloaded();
  expect(rest).toBeLessThanOrEqual(2);
  expect(last).toBeGreaterThan(-80);
});

test("going up ends following in that very frame; going down to the end, or the button, begins it again", async ({
  guest: page,
}) => {
  await longChat(page);
  await following(page);
  const ways: [string, () => Promise<unknown>][] = [
    ["the wheel, 3 px", () => page.mouse.wheel(0, -3)],
    ["the arrow", () => page.keyboard.press("ArrowUp")],
    ["the page key", () => page.keyboard.press("PageUp")],
    ["a scrollbar, 3 px", () => scrollBy(page, -3)],
  ];
  for (const [name, go] of ways)
    await test.step(name, async () => {
      await transcript(page).focus();
      await transcript(page).hover();
      const frames = await watchFrames(page, "article");
      await go();
      await expect(jump(page)).toBeVisible();
      await grows(page, frames);
      expectNoneDown(await frames());
      await page.mouse.wheel(0, 90_000);
      await expect(jump(page)).toBeHidden();
      const again = await watchFrames(page, "article");
      await grows(page, again);
      for (const { rest } of await again()) expect(rest).toBeLessThanOrEqual(2);
    });

  await test.step("the wheel, a pixel at a time", async () => {
    for (const _ of [1, 2, 3]) await page.mouse.wheel(0, -1);
    await expect(jump(page)).toBeVisible();
    const frames = await watchFrames(page, "article");
    await grows(page, frames);
    expect(new Set((await frames()).map(({ top }) => top)).size).toBe(1);
  });

  await test.step("what comes above the composer, and the composer itself", async () => {
    await scrollBy(page, -400);
    const frames = await watchFrames(page, '[data-place="3"]');
    await type(page, prompt("words=3"), "Control+Enter");
    await expect(queued(page)).toHaveCount(1);
    await composer(page).fill("one\ntwo\nthree\nfour\nfive\nsix");
    await stop(page);
    await expectSettled(page);
    await expect(page.getByText("The queue is paused")).toBeVisible();
    await composer(page).fill("");
    await queued(page).getByRole("button", { name: "Remove queued message" }).click();
    await expect(queued(page)).toHaveCount(0);
    expect(jumpOf(await frames())).toBeLessThanOrEqual(1);
  });

  // What an answer ends with may come last, and what comes after the view has gone up is below it.
  await expect(lastAnswer(page)).toContainText("Stopped");
  await expect(page.getByRole("button", { name: "Continue", exact: true })).toBeVisible();
  const rest = () => transcript(page).evaluate((log) => log.scrollHeight - log.clientHeight - log.scrollTop);
  await jump(page).click();
  await expect(jump(page)).toBeHidden();
  expect(await rest()).toBeLessThanOrEqual(2);
  await scrollBy(page, -200);
  await expect(jump(page)).toBeVisible();
  await scrollBy(page, 140);
  await expect(jump(page)).toBeVisible();
  await scrollBy(page, 40);
  await expect(jump(page)).toBeHidden();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true });

  test("a finger ends following, and the keyboard leaves the last words in view", async ({ page }) => {
    await page.goto("/");
    await composer(page).fill(prompt("words=9000 rate=150"));
    await page.getByRole("button", { name: "Send" }).tap();
    await untilWord(lastAnswer(page), 200);
    const frames = await watchFrames(page, "article");
    // The keyboard comes and goes.
    for (const height of [364, 664]) {
      await page.setViewportSize({ width: 390, height });
      await expect.poll(async () => (await frames()).at(-1)?.last).toBeLessThanOrEqual(0);
      await grows(page, frames);
      await expect(composer(page)).toBeInViewport({ ratio: 1 });
    }
    for (const { rest } of await frames()) expect(rest).toBeLessThanOrEqual(2);

    const touch = await page.context().newCDPSession(page);
    const finger = (type: "touchStart" | "touchMove", y: number) =>
      touch.send("Input.dispatchTouchEvent", { type, touchPoints: [{ x: 200, y }] });
    const touched = await watchFrames(page, "article");
    await finger("touchStart", 200);
    for (const y of [210, 220, 230, 240]) await finger("touchMove", y);
    await expect(jump(page)).toBeVisible();
    await grows(page, touched);
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await grows(page, touched);
    expectNoneDown(await touched());
    await page.getByRole("button", { name: "Stop" }).tap();
    await expectSettled(page);
  });
});
