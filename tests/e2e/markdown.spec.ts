import type { Page } from "@playwright/test";
import { Random } from "../chaos/random.ts";
import { isAlive, lastAnswer, prompt, send } from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { buildStage } from "./markdown/build.ts";
import { hostileDocuments } from "./markdown/hostile.ts";
import { text, withAnswer } from "./stored-answer.ts";

const SEED = 8;
const COUNT = 300;
/** A page that does not answer for so long is dead, on whatever machine. How long it really takes is printed. */
const DEAD_MS = 15_000;
const ORIGIN = "http://stage.example";
/** A picture may be of our own origin. */
const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg"/>`;

/** Our Markdown alone, for a browser. */
async function openStage(page: Page): Promise<void> {
  const files = await buildStage();
  await page.route(`${ORIGIN}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    const body = files.get(pathname);
    if (pathname === "/")
      return route.fulfill({
        contentType: "text/html",
        body: `<!doctype html><link rel="icon" href="data:,"><style>.hidden { display: none }</style><script type="module" src="/stage.js"></script>`,
      });
    if (body === undefined) return route.fulfill({ contentType: "image/svg+xml", body: PICTURE });
    return route.fulfill({ contentType: pathname.endsWith(".css") ? "text/css" : "text/javascript", body });
  });
  await page.goto(ORIGIN);
  await page.waitForFunction(() => "stage" in window);
}

/** Everything that a page does and that no answer may make it do. */
function watch(page: Page, origin: string): string[] {
  const deeds: string[] = [];
  page.on("request", (request) => {
    const { protocol, origin: to } = new URL(request.url());
    if (to !== origin && !/^(data|blob):$/.test(protocol)) deeds.push(`asked ${request.url()}`);
  });
  page.on("pageerror", (error) => deeds.push(`threw ${error.stack ?? error.message}`.slice(0, 500)));
  page.on("console", (message) => {
    if (message.type() === "error") deeds.push(`said ${message.text()}`.slice(0, 500));
  });
  page.on("popup", (popup) => deeds.push(`opened ${popup.url()}`));
  page.on("dialog", (dialog) => {
    deeds.push(`asked the person ${dialog.message()}`);
    void dialog.dismiss();
  });
  return deeds;
}

test(`${COUNT} hostile documents do nothing, whole or as they come in, and hold nobody up`, async ({ page }) => {
  test.setTimeout(600_000);
  const deeds = watch(page, ORIGIN);
  await openStage(page);

  const random = new Random(SEED);
  const slowest = { ms: 0, what: "" };
  const problems: unknown[] = [];
  for (const [index, { kind, text }] of hostileDocuments(SEED, COUNT).entries()) {
    const cuts = Array.from({ length: 4 }, () => random.between(1, text.length)).sort((a, b) => a - b);
    const ways = { whole: [text], "as it comes in": [...cuts.map((end) => text.slice(0, end)), text] };
    const seen: string[] = [];
    for (const [way, texts] of Object.entries(ways)) {
      const before = deeds.length;
      const { worstMs, text: shown, wrong } = await page.evaluate((texts) => window.stage.show(texts), texts);
      seen.push(shown);
      if (worstMs > slowest.ms) Object.assign(slowest, { ms: Math.round(worstMs), what: `${index} (${kind}), ${way}` });
      const found = [...deeds.slice(before), ...wrong, ...(worstMs > DEAD_MS ? [`took ${worstMs} ms`] : [])];
      if (found.length > 0) problems.push({ index, kind, way, text: text.slice(0, 200), found: found.slice(0, 5) });
    }
    if (seen[0] !== seen[1]) problems.push({ index, kind, found: "reads otherwise as it comes in" });
  }
  console.log(`the slowest of ${COUNT}: ${slowest.ms} ms, document ${slowest.what}`);
  expect(await page.evaluate(() => window.attacks)).toBe(0);
  expect(problems).toEqual([]);
});

test("what looks half written is left alone once it is finished", async ({ page }) => {
  await openStage(page);
  const read = (...texts: string[]) =>
    page.evaluate((texts) => window.stage.show(texts).then(({ text }) => text), texts);
  for (const text of ["6 * 7 is 42", "x^2 and ~/home", "a ** b", "say [ now"]) {
    expect(await read(text)).toBe(text.replaceAll(" ", ""));
    expect(await read(text.slice(0, 4), text)).toBe(text.replaceAll(" ", ""));
  }
});

test("an answer of them on the page itself: it opens, and does nothing", async ({ guest: page, stack }) => {
  // What Postgres does not take is never stored.
  const storable = (words: string) => words.toWellFormed().replaceAll("\0", "\ufffd");
  const parts = hostileDocuments(SEED, 60).map((document) => text(storable(document.text)));
  await withAnswer(page, stack, [text("It begins."), ...parts, text("It ends.")]);
  await page.addInitScript(() => {
    window.attacks = 0;
    window.attacked = () => (window.attacks += 1);
  });
  const deeds = watch(page, stack.url);
  await page.reload();
  await isAlive(page);
  await expect(lastAnswer(page)).toContainText("It ends.");
  await expect(lastAnswer(page).locator("script, iframe, object, embed, form, style, link, base, meta")).toHaveCount(0);
  const protocols = await lastAnswer(page)
    .locator("a[href]")
    .evaluateAll((links) => [...new Set(links.map((link) => (link as HTMLAnchorElement).protocol))]);
  expect(protocols.sort()).toEqual(["http:", "https:"]);
  await send(page, prompt("words=3"));
  await expect(lastAnswer(page)).toContainText("w1 w2 w3");
  expect(await page.evaluate(() => window.attacks)).toBe(0);
  expect(deeds).toEqual([]);
});
