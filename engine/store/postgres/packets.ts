import { sql } from "kysely";
import type { Packets } from "../packets.ts";
import { removed, type Db } from "./database.ts";

export const packets = (db: Db): Packets => ({
  async write(id, { type, body }) {
    await db
      .insertInto("engine.packet")
      .values({ id, type, body })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
  },

  read: (id) => db.selectFrom("engine.packet").select(["type", "body"]).where("id", "=", id).executeTakeFirst(),

  async has(id) {
    return (await db.selectFrom("engine.packet").select("id").where("id", "=", id).executeTakeFirst()) !== undefined;
  },

  removeUnused: (limit, rows) =>
    removed(
      db,
      sql`delete from engine.packet where id in (
        select p.id from engine.packet p
        where p.written_at < ${limit}
          and not exists (select from engine.run r where r.payload = p.id and r.payload_type = 'application/store')
          and not exists (select from engine.run r where r.output = p.id and r.output_type = 'application/store')
        limit ${rows}
      )`,
    ),
});
