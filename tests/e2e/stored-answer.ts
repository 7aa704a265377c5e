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

/** So many exchanges before the first one, with texts whose height cannot be told from their length. */
export async function addExchanges(page: Page, { databaseUrl }: Pick<Stack, "databaseUrl">, count: number) {
  const chatId = chatIdOf(page);
  const said = "# A heading\n\n- one\n- two\n\n```ts\nconst a = 1;\n```\n\nIt ends.";
  await query(
    databaseUrl,
    `with made as (
      insert into message (chat_id, id, parent_id, role, parts, metadata)
      select $1, 'm' || n, case when n > 1 then 'm' || (n - 1) end, case n % 2 when 1 then 'user' else 'assistant' end,
        jsonb_build_array(jsonb_build_object('type', 'text', 'text', n || ' ' || $3::text)), '{}'
      from generate_series(1, $2::int * 2) n)
    update message set parent_id = 'm' || $2::int * 2 where chat_id = $1 and role = 'user' and parent_id is null`,
    [chatId, count, said],
  );
}
