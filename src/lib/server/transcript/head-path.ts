import { sql, type Kysely } from "kysely";
import type { SkeinMessage } from "../../tools/message.ts";
import type { Database } from "../db/database.ts";
import { joinById, messageOf, type PathRow } from "../messages.ts";

export interface AtHead {
  headId: string | null;
  answeringId: string | null;
  /** Whether the chat has the incoming message already. */
  isKnown: boolean;
  /** From the root to the head, hidden messages left out. They are kept for later turns: whoever changes one copies it. */
  path: readonly SkeinMessage[];
}

interface Row extends Omit<AtHead, "path"> {
  places: Place[] | null;
  contents: Content[] | null;
}
/** `version` names the transaction that wrote the row last. */
type Place = [id: string, version: string];
type Content = [id: string, role: PathRow["role"], parts: PathRow["parts"], metadata: PathRow["metadata"]];

interface Kept {
  version: string;
  message: SkeinMessage;
}

/**
 * Reads the path at the head of a chat, in one round trip nearly always, because the person is waiting for the first word;
 * and keeps it. A turn later in the same process asks for the places of a long conversation, and only for what was written
 * since: a row that says something else was written by another transaction.
 */
export class HeadPath {
  /** Never changed, only replaced: reads may overlap. */
  #kept: { chatId: string; byId: ReadonlyMap<string, Kept> } | undefined;

  async read(db: Kysely<Database>, chatId: string, incomingId: string | undefined): Promise<AtHead> {
    const known = this.#kept?.chatId === chatId ? this.#kept.byId : new Map<string, Kept>();
    const at =
      (await this.#read(db, chatId, incomingId, known)) ?? (await this.#read(db, chatId, incomingId, new Map()));
    if (!at) throw new Error(`The path of chat ${chatId} has a message without content.`);
    return at;
  }

  /** Undefined: a message was written together with one that is known, but is not known itself. */
  async #read(
    db: Kysely<Database>,
    chatId: string,
    incomingId: string | undefined,
    known: ReadonlyMap<string, Kept>,
  ): Promise<AtHead | undefined> {
    const row = await query(db, chatId, incomingId, new Set([...known.values()].map(({ version }) => version)));
    const contents = new Map(row.contents?.map((content) => [content[0], messageFrom(content)]));
    const path: Kept[] = [];
    for (const [id, version] of row.places ?? []) {
      const kept = known.get(id);
      const message = contents.get(id) ?? (kept?.version === version ? kept.message : undefined);
      if (!message) return undefined;
      path.push({ version, message });
    }
    this.#kept = { chatId, byId: new Map(path.map((entry) => [entry.message.id, entry])) };
    const { headId, answeringId, isKnown } = row;
    return { headId, answeringId, isKnown, path: path.map(({ message }) => message) };
  }
}

async function query(
  db: Kysely<Database>,
  chatId: string,
  incomingId: string | undefined,
  versions: ReadonlySet<string>,
): Promise<Row> {
  // The versions of the rows are no columns to `*`.
  const columns = sql`id, parent_id, hidden, xmin::text as version`;
  const { rows } = await sql<Row>`
    with recursive up as (
      select ${columns}, 0 as depth from message
      where chat_id = ${chatId} and id = (select head_id from chat where id = ${chatId})
      union all
      select m.*, up.depth + 1 from up ${joinById(chatId, sql`up.parent_id`, columns)}
    )
    select head_id as "headId", answering_id as "answeringId",
      exists (select from message where chat_id = ${chatId} and id = ${incomingId ?? null}) as "isKnown",
      (select json_agg(json_build_array(id, version) order by depth desc) from up where not hidden) as places,
      (
        select json_agg(json_build_array(m.id, m.role, m.parts, m.metadata))
        from up ${joinById(chatId, sql`up.id`)}
        where not up.hidden and up.version <> all (${[...versions]}::text[])
      ) as contents
    from chat where id = ${chatId}`.execute(db);
  return rows[0] ?? { headId: null, answeringId: null, isKnown: false, places: null, contents: null };
}

const messageFrom = ([id, role, parts, metadata]: Content) => messageOf({ id, role, parts, metadata });
