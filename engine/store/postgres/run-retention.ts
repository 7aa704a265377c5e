import { sql } from "kysely";
import type { Runs } from "../runs.ts";
import { removed, type Db } from "./database.ts";

export const runRetention = (db: Db): Pick<Runs, "removeEnded" | "removeSnapshots"> => ({
  removeEnded: (limit, rows) =>
    removed(
      db,
      sql`delete from engine.run where id in (
        select r.id from engine.run r
        where r.finished_at < ${limit}
          and not exists (select from engine.session s where s.id = r.session_id and s.current_run_id = r.id)
        limit ${rows}
      )`,
    ),

  removeSnapshots: (limit, rows) =>
    removed(
      db,
      sql`delete from engine.snapshot where id in (
        select n.id from engine.snapshot n join engine.run r on r.id = n.run_id
        where n.at < ${limit} and r.snapshot_id <> n.id
        limit ${rows}
      )`,
    ),
});
