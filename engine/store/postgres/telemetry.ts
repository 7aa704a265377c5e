import { sql } from "kysely";
import type { Telemetry } from "../telemetry.ts";
import type { Db } from "./database.ts";

export const telemetry = (db: Db): Telemetry => ({
  async keep(signal, body) {
    // Postgres' jsonb refuses the NUL character, which a console.log may well contain.
    const text = JSON.stringify(body).replaceAll(String.raw`\u0000`, "");
    await db
      .insertInto("engine.telemetry")
      .values({ signal, body: sql`${text}::jsonb` })
      .execute();
  },

  async deleteBefore(limit) {
    await db.deleteFrom("engine.telemetry").where("received_at", "<", limit).execute();
  },
});
