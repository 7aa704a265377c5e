import type { Page } from "@playwright/test";
import { makePng } from "../../src/lib/server/models/demo-png.ts";
import {
  act,
  answers,
  expectAnswer,
  expectBranch,
  expectSettled,
  isAlive,
  lastAnswer,
  nextBranch,
  openNewChat,
  previousBranch,
  prompt,
  questions,
  send,
  startChat,
  transcript,
  untilSaved,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { jumpOf, watchFrames } from "./frames.ts";
import { addExchanges, text, tool, withAnswer } from "./stored-answer.ts";

const words = (count: number) => Array.from({ length: count }, (_, at) => `word${at}`).join(" ");
const MARK = "[role=log] .markdown em";

/** Brings the row to that height of the conversation. */
const place = (page: Page, selector: string, at: number) =>
  page.evaluate(
    ([selector, at]) => {
      const log = document.querySelector("[role=log]");
      const row = document.querySelector(selector);
      if (log && row) log.scrollTop += row.getBoundingClientRect().top - log.getBoundingClientRect().top - at;
    },
    [selector, at] as const,
  );

/** Every script and file that the page loads for the first time from now on waits until the returned function is called. */
async function holdBack(page: Page, known: Set<string>): Promise<{ release: () => void; held: string[] }> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const held: string[] = [];
  await page.route(/\/_app\/immutable\/.*\.js$|\/api\/files\//, async (route) => {
    const url = route.request().url();
    if (!known.has(url)) {
      held.push(url);
      await released;
    }
    await route.continue();
  });
  return { release, held };
}

test("what is loaded late moves nothing that somebody reads: colours of code, cards, images", async ({
  page,
  stack,
}) => {
  // What any conversation needs: up to the reload with that answer.
  const known = new Set<string>();
  let navigations = 0;
  page.on("request", (request) => {
    if (request.isNavigationRequest()) navigations += 1;
    if (navigations === 1) known.add(request.url());
  });
  await openNewChat(page);
  const upload = await page.request.post("/api/files", {
    data: makePng(400, 300, 20),
    headers: { "content-type": "application/octet-stream", "x-file-name": "cat.png" },
  });
  const { id } = (await upload.json()) as { id: string };
  const code = "```ts\n" + "const answer: number = 6 * 7;\n".repeat(8) + "```";
  await withAnswer(page, stack, [
    text(`${words(300)}\n\n![A cat](/api/files/${id})\n\n${words(60)}`),
    { type: "reasoning", text: words(200) },
    tool("runCode", "output-available", { input: { code: "6 * 7" }, output: { logs: [], value: "42", tookMs: 3 } }),
    text(`${code}\n\n*Here one reads.* ${words(200)}\n\n${code}\n\n${words(300)}`),
  ]);
  await expect(lastAnswer(page).locator("pre span").first()).toBeAttached();
  const { release, held } = await holdBack(page, known);
  await page.reload({ waitUntil: "commit" });
  await isAlive(page);
  await place(page, MARK, 300);
  await expect.poll(() => held.length).toBeGreaterThan(1);
  const frames = await watchFrames(page, MARK);
  release();
  await expect(lastAnswer(page).locator("pre span").first()).toBeAttached();
  await expect
    .poll(() =>
      lastAnswer(page)
        .locator("img")
        .evaluate((img: HTMLImageElement) => img.naturalWidth),
    )
    .toBe(400);
  await expect(lastAnswer(page).getByRole("group", { name: "Run code" })).toBeVisible();
  expect(jumpOf(await frames())).toBeLessThanOrEqual(1);

  // What one opens stays where one pressed, opened and closed, also at the end.
  for (const name of ["Reasoning", "Run code"]) {
    const button = lastAnswer(page).getByRole("button", { name });
    await button.scrollIntoViewIfNeeded();
    const id = await button.getAttribute("aria-controls");
    const pressed = await watchFrames(page, `[aria-controls="${id}"]`);
    for (const state of ["true", "false"]) {
      await button.click();
      await expect(button).toHaveAttribute("aria-expanded", state);
    }
    expect(jumpOf(await pressed()), name).toBeLessThanOrEqual(1);
  }
});

test("another answer and another branch stand where the one before stood", async ({ guest: page }) => {
  // With so much above and below it that without being held it would move.
  for (const [at, count] of [900, 200, 900].entries()) {
    await send(page, prompt(`words=${count} rate=2000`));
    await expectAnswer(page, count, { nth: at });
  }
  await untilSaved(page);
  const answer = answers(page).nth(1);
  await answer.scrollIntoViewIfNeeded();
  await place(page, '[data-place="3"]', 120);
  await answer.hover();
  const frames = await watchFrames(page, '[data-place="3"]');
  await act(answer, "Regenerate");
  await expectBranch(answer, "2 / 2");
  await expectAnswer(page, 200, { branch: "2 / 2" });
  await previousBranch(answer);
  await expect(questions(page)).toHaveCount(3);
  await nextBranch(answer);
  await expect(questions(page)).toHaveCount(2);
  await expectSettled(page);
  const seen = await frames();
  expect(jumpOf(seen)).toBeLessThanOrEqual(1);
  expect(Math.abs((seen.at(-1)?.row ?? 0) - (seen[0]?.row ?? 0)), "in all").toBeLessThanOrEqual(1);
});

test("older messages are laid out above without moving what one reads", async ({ guest: page, stack }) => {
  await startChat(page, prompt("words=20"));
  await expectAnswer(page, 20);
  await untilSaved(page);
  await addExchanges(page, stack, 40);
  await page.reload();
  await isAlive(page);
  await expect(transcript(page).getByRole("article")).toHaveCount(82);
  await transcript(page).hover();
  const top = (selector: string) =>
    page.locator(selector).evaluate((row) => Math.round(row.getBoundingClientRect().top));
  for (let step = 0; step < 12; step++) {
    // Which row is at the top of the screen.
    const seen = await page.evaluate(() => {
      const screen = document.querySelector("[role=log]")?.getBoundingClientRect();
      const rows = [...document.querySelectorAll<HTMLElement>("[role=log] article[data-place]")];
      return rows.find((row) => row.getBoundingClientRect().top > (screen?.top ?? 0))?.dataset.place ?? "";
    });
    const row = `[role=log] article[data-place="${seen}"]`;
    const before = await top(row);
    const frames = await watchFrames(page, row);
    await page.mouse.wheel(0, -500);
    await expect.poll(() => top(row)).toBeGreaterThan(before + 400);
    await expect.poll(async () => (await frames()).length).toBeGreaterThan(6);
    const moved = (await top(row)) - before;
    expect(Math.abs(moved - 500), `row ${seen} moved by ${moved}`).toBeLessThanOrEqual(2);
  }
});
