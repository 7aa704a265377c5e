import type { Page } from "@playwright/test";
import { expectAccessible } from "./axe.ts";
import { editMessage, expectAnswer, previousBranch, prompt, questions, send, startChat } from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

/** The window of a model on an OpenAI-compatible server is 8192 tokens unless somebody says otherwise. */
const meter = (page: Page) => page.getByRole("button", { name: /^Context \d+ % full$/ });
const picker = (page: Page) => page.getByRole("combobox", { name: "Model" });

test("how full the context is: of this branch, for the model that is chosen", async ({ guest }) => {
  await expect(meter(guest)).toHaveCount(0);
  await startChat(guest, prompt("words=3 tokens=1000"));
  await expectAnswer(guest, 3);
  await expect(meter(guest)).toHaveAccessibleName("Context 12 % full");
  const second = prompt("words=4 tokens=4000");
  await send(guest, second);
  await expectAnswer(guest, 4, { nth: 1 });
  await expect(meter(guest)).toHaveAccessibleName("Context 49 % full");
  await guest.reload();
  await expect(meter(guest)).toHaveAccessibleName("Context 49 % full");
  await picker(guest).selectOption("demo:skein");
  await expect(meter(guest)).toHaveAccessibleName("Context 50 % full");

  await picker(guest).selectOption("compatible:numbered");
  await meter(guest).click();
  const details = guest.getByRole("dialog", { name: "Context" });
  await expect(details).toContainText("4,000 of 8,192 tokens");
  await expect(details).toContainText(
    "When it is nearly full, the model reads a summary of the oldest messages instead.",
  );
  await expectAccessible(guest, "how full the context is");
  await guest.keyboard.press("Escape");
  await expect(details).toBeHidden();
  await expect(meter(guest)).toBeFocused();

  await editMessage(guest, questions(guest).last(), prompt("words=5 tokens=7000"));
  await expectAnswer(guest, 5, { nth: 1 });
  await expect(meter(guest)).toHaveAccessibleName("Context 85 % full");
  await meter(guest).click();
  await expect(details).toContainText("It is nearly full: the model reads a summary of the oldest messages instead.");
  await guest.keyboard.press("Escape");
  await previousBranch(questions(guest).last());
  await expect(meter(guest)).toHaveAccessibleName("Context 49 % full");
});

test("nothing is said of a context that nobody counted", async ({ guest }) => {
  await startChat(guest, prompt("words=3 nousage"));
  await expectAnswer(guest, 3);
  await expect(meter(guest)).toHaveCount(0);
});

test("the list of models says what each can do, and its value is the model", async ({ guest }) => {
  await expect(picker(guest)).toHaveValue("compatible:numbered");
  await picker(guest).click();
  const option = guest.getByRole("option", { name: /Demo/ });
  await expect(option).toHaveText(/Demo\s+–\s+Images, tools, reasoning · 8k context/);
  await option.click();
  await expect(picker(guest)).toHaveValue("demo:skein");
  await picker(guest).press("Enter");
  await expect(option).toBeFocused();
  await guest.keyboard.press("ArrowUp");
  await guest.keyboard.press("Enter");
  await expect(picker(guest)).toHaveValue("compatible:other");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true });

  test("a context that is half full is said, one that is not takes no room", async ({ page }) => {
    await page.goto("/");
    for (const [at, tokens] of [1000, 5000].entries()) {
      await page.getByRole("textbox", { name: "Message", exact: true }).fill(prompt(`words=3 tokens=${tokens}`));
      await page.getByRole("button", { name: "Send" }).tap();
      await expectAnswer(page, 3, { nth: at });
      await expect(meter(page)).toBeVisible({ visible: tokens > 4096 });
    }
    await meter(page).tap();
    await expect(page.getByRole("dialog", { name: "Context" })).toBeInViewport({ ratio: 1 });
  });
});
