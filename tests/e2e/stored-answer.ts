import { expect, type Page } from "@playwright/test";
import type { SkeinMetadata } from "../../src/lib/tools/message.ts";
import { query } from "../support/query.ts";
import type { Stack } from "../support/stack.ts";
import { chatIdOf, expectAnswer, isAlive, prompt, startChat, untilSaved } from "./conversation.ts";

/** Answers that hold what no scripted model says. */
export { text, tool } from "../../src/lib/components/gallery/every-part.ts";

/** A chat whose only answer has these parts, as if an agent had stored them, opened anew. */
export async function withAnswer(
  page: Page,
  stack: Pick<Stack, "databaseUrl">,
  parts: object[],
  metadata: SkeinMetadata = {},
): Promise<void> {
  await startChat(page, prompt("words=2"));
  await expectAnswer(page, 2);
  await untilSaved(page);
  const changed = await query(
    stack.databaseUrl,
    `update message set parts = $2, metadata = metadata || $3 where chat_id = $1 and role = 'assistant' returning id`,
    [chatIdOf(page), JSON.stringify(parts), JSON.stringify(metadata)],
  );
  expect(changed).toHaveLength(1);
  await page.reload();
  await isAlive(page);
}
