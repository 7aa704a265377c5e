import { sql } from "kysely";
import type { Db, TelemetryTable } from "./database.ts";

export async function keep(db: Db, signal: TelemetryTable["signal"], body: unknown): Promise<void> {
  // Postgres' jsonb refuses the NUL character, which a console.log may well contain.
  const text = JSON.stringify(body).replaceAll(String.raw`\u0000`, "");
  await db
    .insertInto("engine.telemetry")
    .values({ signal, body: sql`${text}::jsonb` })
    .execute();
}

export async function deleteBefore(db: Db, limit: Date): Promise<void> {
  await db.deleteFrom("engine.telemetry").where("received_at", "<", limit).execute();
}
