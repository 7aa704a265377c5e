import { USEFUL } from "../../src/lib/components/welcome/examples.ts";
import { openNewChat, questions, requestsFor } from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

test("with a real model the examples are useful, and nothing is said of the demo", async ({ guest: page, model }) => {
  const examples = page.getByRole("region", { name: "Examples" });
  await expect(examples.getByRole("button")).toContainText(USEFUL.map(({ prompt }) => prompt));
  for (const { title, prompt } of USEFUL) {
    await openNewChat(page);
    await examples.getByRole("button", { name: title }).click();
    await expect(questions(page)).toContainText(prompt);
    await expect.poll(() => requestsFor(model, prompt).length).toBe(1);
  }
  // Who chooses the demo model is shown what it can show.
  await openNewChat(page);
  await page.getByRole("combobox", { name: "Model" }).selectOption("demo:skein");
  await expect(examples.getByRole("button", { name: "Use a tool" })).toBeVisible();
});
