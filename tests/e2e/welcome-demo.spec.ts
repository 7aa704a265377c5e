import type { Page } from "@playwright/test";
import { DEMONSTRATIONS } from "../../src/lib/components/welcome/examples.ts";
import { expectAccessible } from "./axe.ts";
import {
  composer,
  editMessage,
  expectBranch,
  expectSettled,
  lastAnswer,
  openNewChat,
  questions,
  type,
} from "./conversation.ts";
import { expect as usually, test } from "./fixtures.ts";

/** A process boots for each of a dozen chats, while those before it are still at work. */
const expect = usually.configure({ timeout: 40_000 });

// No provider, as on the first day: the demo model is the only one.
test.use({ stackName: "demo", hasModel: false });

const examples = (page: Page) => page.getByRole("region", { name: "Examples" });
const example = (page: Page, title: string) => examples(page).getByRole("button", { name: title });
const card = (page: Page, name: string) => lastAnswer(page).getByRole("group", { name });

/** What each example promises, seen in its answer. */
const SEEN: Record<(typeof DEMONSTRATIONS)[number]["name"], (page: Page) => Promise<void>> = {
  code: async (page) => {
    await expect(card(page, "Run code")).toContainText("Done");
    await expect(lastAnswer(page)).toContainText("The value is 129.");
  },
  approve: async (page) => {
    await lastAnswer(page).getByRole("button", { name: "Approve", exact: true }).click();
    await expect(lastAnswer(page)).toContainText("Nothing happened before you approved it.");
  },
  question: async (page) => {
    await lastAnswer(page).getByRole("button", { name: "Table", exact: true }).click();
    await expect(lastAnswer(page).getByRole("table")).toBeVisible();
  },
  research: async (page) => {
    await expect(card(page, "Deep research")).toContainText("Done");
    await expect(lastAnswer(page)).toContainText("The sub-agent is done.");
  },
  reasoning: async (page) => {
    await lastAnswer(page).getByRole("button", { name: "Reasoning" }).click();
    await expect(lastAnswer(page)).toContainText("I should think aloud");
  },
  reload: async (page) => {
    await expect(lastAnswer(page)).toContainText("word 5,");
    await page.reload();
    await expect(lastAnswer(page)).toContainText(/word 300\.\s*That was all\./);
  },
  markdown: async (page) => {
    for (const role of ["table", "math", "blockquote"] as const)
      await expect(lastAnswer(page).getByRole(role)).toBeVisible();
    await expect(lastAnswer(page).locator("pre")).toContainText("fibonacci");
  },
  steer: async (page) => {
    await expect(lastAnswer(page)).toContainText("Meanwhile I count: 1,");
    await type(page, "Show me a table");
    await expect(lastAnswer(page)).toContainText(/Now I use a tool\..*Show me a table.*Here is a table/s);
  },
  branches: async (page) => {
    await expect(lastAnswer(page)).toContainText("and only that.");
    await expectSettled(page);
    await editMessage(page, questions(page).first(), "Show me a table");
    await expectBranch(questions(page).first(), "2 / 2");
  },
  picture: (page) => expect(lastAnswer(page).getByRole("img")).toBeVisible(),
  sources: (page) => expect(lastAnswer(page).getByRole("link", { name: "SvelteKit" })).toBeVisible(),
  connect: (page) => expect(lastAnswer(page)).toContainText("ANTHROPIC_API_KEY"),
};

test("a newcomer sees a few examples, and more on request; those about other chats when there are some", async ({
  guest: page,
}) => {
  await expect(examples(page).getByRole("listitem")).toHaveCount(6);
  await expect(example(page, "Approve a change")).toHaveCount(0);
  await examples(page).getByRole("button", { name: "More examples" }).press("Enter");
  await expect(examples(page).getByRole("listitem")).toHaveCount(DEMONSTRATIONS.length - 1);
  await expect(examples(page).getByRole("listitem").nth(6).getByRole("button")).toBeFocused();
  await expectAccessible(page, "all examples");
  await example(page, "Get a real model").click();
  await expect(lastAnswer(page)).toContainText("ANTHROPIC_API_KEY");
  await page.getByRole("link", { name: "New chat" }).click();
  await expect(example(page, "Approve a change")).toBeVisible();
});

test("each example shows what it promises", async ({ guest: page }) => {
  test.setTimeout(600_000);
  // The chat that can be renamed.
  await example(page, "Use a tool").click();
  await expectSettled(page);
  for (const { name, title, prompt } of DEMONSTRATIONS) {
    await test.step(title, async () => {
      await openNewChat(page);
      if (await example(page, title).isHidden())
        await examples(page).getByRole("button", { name: "More examples" }).click();
      await example(page, title).click();
      await expect(questions(page)).toContainText(prompt);
      await SEEN[name](page);
      await expectSettled(page);
    });
  }
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true });

  test("composer and examples are on the screen together, without scrolling", async ({ page }) => {
    await page.goto("/");
    await expect(composer(page)).toBeInViewport({ ratio: 1 });
    for (const one of await examples(page).getByRole("button").all()) {
      await expect(one).toBeInViewport({ ratio: 1 });
      expect((await one.boundingBox())?.height).toBeGreaterThanOrEqual(40);
    }
  });
});
