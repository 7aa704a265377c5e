import { newId } from "../ids.ts";
import type { Db, WorkerTable } from "./database.ts";

export type Worker = Pick<WorkerTable, "id" | "version" | "tasks"> & { content_hash: string };

/** Registers a build of the tasks. The same build registered again (the worker restarted) keeps its id and version. */
export async function register(db: Db, contentHash: string, tasks: WorkerTable["tasks"], now: Date): Promise<Worker> {
  return db.transaction().execute(async (tx) => {
    const newest = await tx
      .selectFrom("engine.worker")
      .selectAll()
      .orderBy("ord", "desc")
      .limit(1)
      .forUpdate()
      .executeTakeFirst();
    if (newest?.content_hash === contentHash) return newest;
    const day = now.toISOString().slice(0, 10).replaceAll("-", "");
    const number = newest?.version.startsWith(`${day}.`) ? Number(newest.version.split(".")[1]) + 1 : 1;
    return tx
      .insertInto("engine.worker")
      .values({
        id: newId("worker"),
        version: `${day}.${number}`,
        content_hash: contentHash,
        tasks: JSON.stringify(tasks) as never,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}

export async function newest(db: Db): Promise<Worker | undefined> {
  return db.selectFrom("engine.worker").selectAll().orderBy("ord", "desc").limit(1).executeTakeFirst();
}

export async function byId(db: Db, id: string): Promise<Worker | undefined> {
  return db.selectFrom("engine.worker").selectAll().where("id", "=", id).executeTakeFirst();
}
