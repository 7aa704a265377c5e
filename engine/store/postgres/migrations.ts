import { sql } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import type { Db } from "./database.ts";
import { bounded } from "./migrations/bounded.ts";
import { forgottenStreams } from "./migrations/forgotten-streams.ts";
import { initial } from "./migrations/initial.ts";
import { manyAppends } from "./migrations/many-appends.ts";
import { writers } from "./migrations/writers.ts";
import { onePlan } from "./migrations/one-plan.ts";
import { addPackets } from "./migrations/packets.ts";
import { addTasks } from "./migrations/tasks.ts";
import { telemetryByRun } from "./migrations/telemetry-by-run.ts";

/** Frozen once merged: a later change is a new entry. */
const migrations: Record<string, Migration> = {
  "2026-11-22_initial": { up: initial },
  "2026-11-22_many-appends": { up: manyAppends },
  "2026-11-22_telemetry-by-run": { up: telemetryByRun },
  "2026-11-22_writers": { up: writers },
  "2026-11-22b_bounded": { up: bounded },
  "2026-11-22c_tasks": { up: addTasks },
  "2026-11-22d_one-plan": { up: onePlan },
  "2026-11-22e_packets": { up: addPackets },
  "2026-11-28_forgotten-streams": { up: forgottenStreams },
};

/** Brings the schema `engine` up to date; two engines that start at once take turns. */
export async function migrate(db: Db): Promise<void> {
  await sql`create schema if not exists engine`.execute(db);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableSchema: "engine",
    // What was made side by side on one day may be merged in any order.
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
