import { sql } from "kysely";
import { SPARE_TYPE } from "../sessions.ts";
import type { StoreStatus } from "../status.ts";
import type { Db } from "./database.ts";

export async function status(db: Db, now: Date): Promise<StoreStatus> {
  const [sessions, runs, queue] = await Promise.all([countSessions(db, now), countRuns(db), lookAtQueue(db, now)]);
  return { sessions, runs, queue };
}

async function countSessions(db: Db, now: Date): Promise<StoreStatus["sessions"]> {
  const { rows } = await sql<StoreStatus["sessions"]>`
    select
      count(*) filter (where s.closed_at is null and (s.expires_at is null or s.expires_at > ${now})) as open,
      count(*) filter (where r.execution_status <> 'FINISHED') as live
    from engine.session s left join engine.run r on r.id = s.current_run_id
    where s.type <> ${SPARE_TYPE}
  `.execute(db);
  return rows[0] ?? { open: 0, live: 0 };
}

async function countRuns(db: Db): Promise<StoreStatus["runs"]> {
  const rows = await db
    .selectFrom("engine.run")
    .select(["status", (eb) => eb.fn.countAll<number>().as("count")])
    .where("is_spare", "=", false)
    .groupBy("status")
    .orderBy("status")
    .execute();
  return Object.fromEntries(rows.map(({ status: name, count }) => [name, count]));
}

async function lookAtQueue(db: Db, now: Date): Promise<StoreStatus["queue"]> {
  const row = await db
    .selectFrom("engine.run")
    .select((eb) => [eb.fn.countAll<number>().as("length"), eb.fn.min("available_at").as("oldest")])
    .where("execution_status", "=", "QUEUED")
    .where("is_spare", "=", false)
    .where("available_at", "<=", now)
    .executeTakeFirstOrThrow();
  return { length: row.length, oldest: row.oldest };
}
