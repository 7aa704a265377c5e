import type { Page } from "@playwright/test";
import { act, composer, isAlive, lastAnswer, questions } from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { text, tool, withAnswer } from "./stored-answer.ts";

const WRITTEN = "# Trams\n\nThe **28** goes [up](https://example.org/).\n\n```ts\nconst a = 1;\nconst b = 2;\n```";

const copied = (page: Page) =>
  page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const read = async (type: string) => (await item?.getType(type))?.text();
    return {
      types: item?.types,
      plain: await read("text/plain"),
      html: item?.types.includes("text/html") ? await read("text/html") : "",
    };
  });

test("an answer is copied as Markdown and as rich text, by its button and by the keys", async ({
  guest: page,
  context,
  stack,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await withAnswer(page, stack, [
    { type: "reasoning", text: "Quietly." },
    tool("runCode", "output-available", { input: { code: "6 * 7" }, output: { logs: [], value: "42", tookMs: 3 } }),
    text(WRITTEN),
  ]);
  await expect(lastAnswer(page).locator("pre span").first()).toBeAttached();
  const press = [
    () => act(lastAnswer(page), "Copy"),
    async () => {
      await composer(page).focus();
      await page.keyboard.press("Control+Shift+C");
      await expect(page.getByText("The last answer is copied.")).toBeVisible();
    },
  ];
  for (const copy of press) {
    await page.evaluate(() => navigator.clipboard.writeText("before"));
    await copy();
    await expect.poll(async () => (await copied(page)).plain).toBe(WRITTEN);
    const { html = "" } = await copied(page);
    const shown = await page.evaluate((html) => {
      const { body } = new DOMParser().parseFromString(html, "text/html");
      const of = (selector: string) => body.querySelector(selector);
      return {
        ...{ heading: of("h1")?.textContent, bold: of("strong, b")?.textContent, link: of("a")?.getAttribute("href") },
        ...{ code: of("pre code")?.textContent, buttons: body.querySelectorAll("button, [class]").length },
        text: body.textContent,
      };
    }, html);
    expect(shown).toMatchObject({
      ...{ heading: "Trams", bold: "28", link: "https://example.org/", buttons: 0 },
      code: expect.stringMatching(/^const a = 1;\nconst b = 2;\n?$/),
    });
    expect(shown.text).not.toContain("Quietly");
  }
  await isAlive(page);

  // One's own words are plain text.
  await act(questions(page).first(), "Copy");
  await expect.poll(async () => (await copied(page)).plain).toContain("words=2");
  expect((await copied(page)).types).toEqual(["text/plain"]);
});
