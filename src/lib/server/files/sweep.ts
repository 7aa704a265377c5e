import { sql, type Kysely } from "kysely";
import type { Database } from "../db/database.ts";
import { repeat } from "../repeat.ts";
import type { Services } from "../services.ts";
import type { FileStores } from "./storage.ts";

const EVERY_MS = 10 * 60_000;
/** How many files a round takes at a time, and so how long it can hold their rows. */
const BATCH = 200;

/** Forgets files that no message refers to, sent or waiting: now, and every ten minutes. Several servers may do it at once. */
export function startFileSweep({ db, files, log }: Pick<Services, "db" | "files" | "log">): () => void {
  return repeat(() => sweepFiles(db, files, log), {
    everyMs: EVERY_MS,
    onfailed: (err) => log.warn({ err }, "file sweep failed"),
  });
}

/**
 * One round: first the rows of what was added more than a day ago and is in no message (never sent, or its last message
 * is gone), then the bytes of every file whose row is gone. Killed in between, the next round goes on.
 */
export async function sweepFiles(db: Kysely<Database>, stores: FileStores, log: Services["log"]): Promise<void> {
  while ((await forgetUnused(db)) === BATCH);
  await emptyGarbage(db, stores, log);
}

/** Deletes the bytes of files whose row is gone. */
export async function emptyGarbage(db: Kysely<Database>, stores: FileStores, log: Services["log"]): Promise<void> {
  const garbage = await db.selectFrom("file_garbage").select(["id", "store"]).orderBy("since").execute();
  for (const { id, store } of garbage) {
    try {
      await stores.of(store).delete(id);
      await db.deleteFrom("file_garbage").where("id", "=", id).execute();
    } catch (error) {
      // A store that is out of reach keeps its bytes until it is back, and not those of the other one.
      log.warn({ err: error, fileId: id, store }, "the bytes of a forgotten file could not be deleted");
    }
  }
}

async function forgetUnused(db: Kysely<Database>): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const candidates = await trx
      .selectFrom("file")
      .select("id")
      .where("created_at", "<", sql<Date>`now() - interval '1 day'`)
      .where(isUnused)
      .limit(BATCH)
      .forUpdate()
      .skipLocked()
      .execute();
    if (candidates.length === 0) return 0;
    // Looked at again with the rows locked: a message that was just being written has linked its files by now, and one
    // that comes from here on waits for us and finds them gone.
    await trx
      .deleteFrom("file")
      .where(
        "id",
        "in",
        candidates.map(({ id }) => id),
      )
      .where(isUnused)
      .execute();
    return candidates.length;
  });
}

export const isUnused = sql<boolean>`not exists (select from message_file where message_file.file_id = file.id)
  and not exists (select from queued_message_file where queued_message_file.file_id = file.id)`;
