import { answers, expectAnswer, isAlive, prompt, send, startChat, untilWord } from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

// Vite compiles while the model answers.
test.use({ stackName: "dev", stackMode: "dev", modelTimeoutMs: 30_000 });

test("npm run dev: a first message is answered, a reload in mid-answer misses nothing", async ({ guest }) => {
  // In development alone Svelte says where a page is not what the server has drawn.
  const warnings: string[] = [];
  guest.on("console", (message) => message.text().includes("[svelte]") && warnings.push(message.text()));
  await startChat(guest, prompt("words=80 rate=20"));
  await untilWord(answers(guest).first(), 10);
  await guest.reload();
  await expectAnswer(guest, 80, { within: 30_000 });
  await send(guest, prompt("words=7"));
  await expectAnswer(guest, 7, { nth: 1 });
  await guest.reload();
  await isAlive(guest);
  await expectAnswer(guest, 7, { nth: 1 });
  expect(warnings).toEqual([]);
});

test("the gallery shows every component, in light and in dark, and all of it can be drawn", async ({ page }) => {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto("/gallery");
  // Vite compiles all of it first.
  await expect(page.getByRole("heading", { name: "Light", exact: true })).toBeVisible({ timeout: 90_000 });
  await expect(page.getByRole("heading", { name: "Dark", exact: true })).toBeVisible();
  await expect(page.getByRole("heading", { name: "A sub-agent", exact: true })).toHaveCount(2);
  await expect(page.getByRole("group", { name: "Weather" })).toHaveCount(2);
  await expect(page.getByRole("list", { name: "Queued messages" })).toHaveCount(4);
  await expect(page.getByRole("button", { name: "Approve", exact: true })).toHaveCount(4);
  expect(problems).toEqual([]);
});
