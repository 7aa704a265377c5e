import { sql, type Kysely } from "kysely";

/**
 * One plan of `engine.append` for all its calls: made for each anew, the plan took a connection's first calls 2 ms and the
 * append itself a tenth of that. Every look is by an index, however few rows there were when the plan was made.
 */
export async function onePlan(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter function engine.append
      set plan_cache_mode = force_generic_plan
      set enable_seqscan = off
      set enable_hashjoin = off
      set enable_mergejoin = off`.execute(db);
}
