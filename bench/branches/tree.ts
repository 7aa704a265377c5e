import { randomUUID } from "node:crypto";
import type pg from "pg";

export interface SeededTree {
  chatId: string;
  messages: number;
  forks: number;
  /** Where in the path the forks are: the question at that place has a sibling. */
  places: number[];
}

interface Row {
  id: string;
  parentId: string | null;
  role: "user" | "assistant";
  text: string;
}

const BRANCH = 6;

/** A chat of 1,000 messages: one long path, and 50 questions along it that were edited, each with three exchanges below. */
export async function seedTree(
  db: pg.Client,
  chatId: string,
  { messages = 1000, forks = 50 } = {},
): Promise<SeededTree> {
  const rows: Row[] = [];
  const add = (parentId: string | null, count: number) => {
    for (let n = 0; n < count; n++) {
      const role = n % 2 === 0 ? "user" : "assistant";
      const id = randomUUID();
      rows.push({ id, parentId, role, text: role === "user" ? question(rows.length) : answer(rows.length) });
      parentId = id;
    }
    return parentId;
  };
  const trunk = messages - forks * BRANCH;
  const head = add(null, trunk);
  const path = rows.map((row) => row.id);
  const places = Array.from({ length: forks }, (_, n) => 2 * Math.floor(((n + 0.5) * trunk) / forks / 2));
  for (const place of places) add(path[place - 1] ?? null, BRANCH);
  await db.query("begin");
  await db.query("delete from message where chat_id = $1", [chatId]);
  await db.query(
    `insert into message (chat_id, id, parent_id, role, parts, metadata)
     select $1, m.id, m."parentId", m.role, jsonb_build_array(jsonb_build_object('type', 'text', 'text', m.text)), '{}'
     from jsonb_to_recordset($2::jsonb) as m (id text, "parentId" text, role text, text text)`,
    [chatId, JSON.stringify(rows)],
  );
  await db.query("update chat set head_id = $2 where id = $1", [chatId, head]);
  await db.query("commit");
  return { chatId, messages: rows.length, forks, places };
}

const question = (n: number) => `Question ${n}: what would you do about it, and why that rather than something else?`;

const answer = (n: number) => `Answer ${n}. **In short:** it depends on what you want to keep.

- First, look at what is there, because most of it is there for a reason.
- Then change one thing, and *only* one, so that you know what it did.
- Last, write down what you saw; see [the notes](https://example.com/${n}) for how.

\`\`\`ts
const result = await change(${n}, { once: true });
\`\`\`

Whatever you choose, it can be undone: nothing of the above deletes anything.`;
