import type { Page } from "@playwright/test";
import { expectSettled, lastAnswer, openNewChat, send, startChat, untilSaved } from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { linkOf, rowOf } from "./inbox.ts";

// No provider, as on the first day: the demo model is the only one.
test.use({ stackName: "demo", hasModel: false });

const card = (page: Page, name: string) => lastAnswer(page).getByRole("group", { name });
const button = (page: Page, name: string) => lastAnswer(page).getByRole("button", { name, exact: true });

test("a newcomer without a key answers a question, approves of a change and refuses one", async ({ guest: page }) => {
  await startChat(page, "Tell me about Lisbon trams");
  await expect(lastAnswer(page)).toContainText("rename one of my chats");
  await expectSettled(page);
  await expect(linkOf(page, "Lisbon trams")).toBeVisible();

  await openNewChat(page);
  await startChat(page, "Ask me a question");
  await expect(card(page, "What shall I show you next?")).toBeVisible();
  await expect(rowOf(page, "question").getByRole("button", { name: "Code", exact: true })).toBeVisible();
  await button(page, "Table").click();
  await expect(lastAnswer(page)).toContainText("You answered “Table”");
  await expect(lastAnswer(page).getByRole("table")).toContainText("embedded PostgreSQL");
  await expectSettled(page);
  await send(page, "Ask me again");
  await lastAnswer(page).getByRole("textbox", { name: "Another answer" }).fill("A walrus");
  await button(page, "Answer").click();
  await expect(lastAnswer(page)).toContainText("You answered “A walrus”");
  await expectSettled(page);
  await card(page, "Ask you").getByRole("button", { expanded: false }).click();
  await expect(card(page, "Ask you")).toHaveText(/Done\s*What shall I show you next\?\s*A walrus\s*$/);

  await send(page, "Find my chats about Lisbon");
  await expect(card(page, "Search chats")).toContainText("Done");
  await expect(lastAnswer(page)).toContainText("“Lisbon trams”");
  await expectSettled(page);

  await send(page, "Rename my chat about Lisbon");
  await expect(card(page, "Tidy inbox")).toContainText("Needs approval");
  await expect(card(page, "Tidy inbox").getByRole("listitem")).toHaveText(
    "Rename Lisbon trams to Lisbon trams (renamed)",
  );
  await button(page, "Approve").click();
  await expect(lastAnswer(page)).toContainText("Nothing happened before you approved it.");
  await expect(linkOf(page, "Lisbon trams (renamed)")).toBeVisible();
  await expectSettled(page);

  await send(page, "Rename my chat about Lisbon");
  await lastAnswer(page).getByRole("textbox", { name: "Reason to deny" }).fill("I like it");
  await button(page, "Deny").click();
  await expect(lastAnswer(page)).toContainText("You said no: “I like it”");
  await expect(linkOf(page, "Lisbon trams (renamed)")).toBeVisible();
  await expectSettled(page);

  await send(page, "Rename my chat about unicorns");
  await expect(lastAnswer(page)).toContainText("I found nothing about “unicorns” in your other chats.");
});

test("a newcomer watches a sub-agent at work, on its own page as well", async ({ guest: page }) => {
  await startChat(page, "Research durable chats");
  const log = lastAnswer(page).getByRole("log", { name: "durable chats transcript" });
  await expect(log).toContainText("First I look");
  await expect(card(page, "Deep research")).toContainText("Done");
  await expect(lastAnswer(page)).toContainText("The sub-agent is done.");
  await expectSettled(page);
  // What ended before one's eyes is read, though it was stored a moment later.
  await untilSaved(page);
  await expect(page.getByRole("button", { name: "Unread" })).toHaveAccessibleDescription("");
  await card(page, "Deep research").getByRole("button", { name: "Deep research" }).click();
  await expect(card(page, "Deep research").getByRole("heading", { name: "Report" })).toBeVisible();
  await card(page, "Deep research").getByRole("link", { name: "Open sub-agent" }).click();
  await expect(page.getByRole("link", { name: /^Sub-agent of/ })).toBeVisible();
  await expect(lastAnswer(page).getByRole("button", { name: "Reasoning" })).toBeVisible();
  await expect(card(page, "Search chats")).toContainText("Done");
});

test("a newcomer sees an image and sources, and they stay", async ({ guest: page }) => {
  // The first answer of a chat takes another way than later ones.
  for (const isFirst of [true, false]) {
    for (const text of ["Show me sources", "Draw a picture"]) {
      if (isFirst) await openNewChat(page);
      await (isFirst ? startChat : send)(page, text);
      const part = text.includes("sources")
        ? lastAnswer(page).getByRole("link", { name: "SvelteKit" })
        : lastAnswer(page).getByRole("img");
      await expect(part).toBeVisible();
      await expectSettled(page);
      await untilSaved(page);
      await page.reload();
      await expect(part).toHaveCount(1);
      await expect(part).toBeVisible();
    }
  }
});
