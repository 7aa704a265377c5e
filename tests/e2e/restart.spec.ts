import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, expect } from "@playwright/test";
import { expectedAnswer, startMockOpenAI } from "../support/mock-openai.ts";
import { modelEnvironment } from "../support/model-environment.ts";
import { startStack } from "../support/stack.ts";
import {
  answers,
  expectAnswer,
  hearAnnouncements,
  lastAnswer,
  openNewChat,
  prompt,
  questions,
  requestsFor,
  saidTo,
  send,
  startChat,
  untilWord,
} from "./conversation.ts";

base("the whole app is stopped in the middle of an answer and started again", async ({ browser }) => {
  const dataDir = mkdtempSync(join(tmpdir(), "skein-restart-"));
  const model = await startMockOpenAI();
  const options = { dataDir, env: modelEnvironment(model) };
  const before = await startStack(options);
  const context = await browser.newContext({ baseURL: before.url });
  const page = await context.newPage();
  const asked = [prompt("words=6"), prompt("words=90 rate=30")];

  await openNewChat(page);
  await startChat(page, asked[0] ?? "");
  await expectAnswer(page, 6);
  await send(page, asked[1] ?? "");
  await untilWord(lastAnswer(page), 20);
  const announcements = await hearAnnouncements(page);

  const stopped = await before.stop();
  expect(stopped).toMatchObject({ code: 0, left: [] });
  expect(stopped.tookMs).toBeLessThan(5000);
  await expect(page.getByRole("status").filter({ hasText: "Reconnecting" }).first()).toBeVisible();

  const after = await startStack({ ...options, ports: before.ports });
  expect(after.url).toBe(before.url);
  // In the page that was open all the time.
  await expectAnswer(page, 90, { within: 60_000 });
  await expect(questions(page)).toHaveText(asked);
  await expect(answers(page)).toHaveText([6, 90].map(expectedAnswer));
  const once = ["Reconnecting", "Response complete"];
  await expect.poll(async () => (await announcements()).filter((said) => once.includes(said))).toEqual(once);

  const third = prompt("words=3");
  await send(page, third);
  await expectAnswer(page, 3, { nth: 2 });
  expect(saidTo(requestsFor(model, third)[0])).toEqual([
    asked[0],
    expectedAnswer(6),
    asked[1],
    expectedAnswer(90),
    third,
  ]);

  await context.close();
  await after.stop();
  await model.close();
  rmSync(dataDir, { recursive: true, force: true });
});
