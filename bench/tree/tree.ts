import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Database } from "../../src/lib/server/db/index.ts";

export interface BenchTree {
  chatId: string;
  headId: string;
  /** Forks on the path: a message and its two children, the one of the path first. */
  forks: { parentId: string; ids: [string, string] }[];
}

const PATH = 500;
const FORKS = 50;

const BESIDE = 10;

/**
 * A chat of `size` messages whose path is as long, and has as many forks, whatever the size; so has the path of each
 * branch beside it. What is more hangs on branches of those branches. A message has two kilobytes of text.
 */
export async function plantTree(db: Kysely<Database>, ownerId: string, size: number): Promise<BenchTree> {
  const chatId = crypto.randomUUID();
  await db
    .insertInto("chat")
    .values({ id: chatId, owner_id: ownerId, title: `${size} messages` })
    .execute();
  const rows: { id: string; parent: string | null }[] = [];
  const chain = (name: string, length: number, above: string | null, from = 0) => {
    for (let at = 0; at < length; at++)
      rows.push({ id: `${name}${from + at}`, parent: at ? `${name}${from + at - 1}` : above });
  };
  chain("m", PATH, null);
  const forks: BenchTree["forks"] = [];
  const more = Math.floor((size - PATH) / FORKS) - BESIDE;
  for (let fork = 0; fork < FORKS; fork++) {
    const at = fork * (PATH / FORKS) + 1;
    forks.push({ parentId: `m${at}`, ids: [`m${at + 1}`, `f${fork}-0`] });
    chain(`f${fork}-`, 1, `m${at}`);
    // Older than its sibling, so that nobody is led there.
    chain(`x${fork}-`, more, `f${fork}-0`);
    chain(`f${fork}-`, BESIDE - 1, `f${fork}-0`, 1);
  }
  const role = (id: string) => (Number(/\d+$/.exec(id)?.[0]) % 2 === 0 ? "user" : "assistant");
  for (let from = 0; from < rows.length; from += 1000) {
    const some = rows.slice(from, from + 1000).map(({ id, parent }) => ({
      ...({ chat_id: chatId, id, parent_id: parent, role: role(id) } as const),
      parts: JSON.stringify([{ type: "text", text: `${id} ${"some words of an answer ".repeat(80)}` }]),
    }));
    await db.insertInto("message").values(some).execute();
  }
  const headId = `m${PATH - 1}`;
  await db.updateTable("chat").set({ head_id: headId }).where("id", "=", chatId).execute();
  await sql`vacuum analyze message`.execute(db);
  return { chatId, headId, forks };
}
