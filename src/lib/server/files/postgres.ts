import { sql, type Kysely } from "kysely";
import type { Database } from "../db/database.ts";
import type { FileStorage } from "./storage.ts";

export interface FileContentTable {
  file_id: string;
  bytes: Buffer;
}

/** Read in pieces of this size, so that a reader that is slow or leaves costs no more memory than this. */
const PIECE = 512 * 1024;

/** Files in a table of their own: one thing to back up, and nothing to set up. */
export function createPostgresStorage(db: Kysely<Database>): FileStorage {
  const piece = async (id: string, from: number) => {
    const { rows } = await sql<{ bytes: Buffer<ArrayBuffer>; size: number }>`
      select substring(bytes from ${from + 1}::int for ${PIECE}::int) as bytes, length(bytes) as size
      from file_content where file_id = ${id}`.execute(db);
    return rows[0];
  };
  return {
    put: async (id, bytes) => {
      const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      await db
        .insertInto("file_content")
        .values({ file_id: id, bytes: content })
        .onConflict((conflict) => conflict.column("file_id").doUpdateSet({ bytes: content }))
        .execute();
    },
    get: async (id) => {
      let next = await piece(id, 0);
      if (!next) return undefined;
      let at = 0;
      return new ReadableStream<Uint8Array<ArrayBuffer>>({
        async pull(controller) {
          next ??= await piece(id, at);
          if (!next) throw new Error(`File ${id} was deleted while it was read.`);
          at += next.bytes.length;
          if (next.bytes.length > 0) controller.enqueue(new Uint8Array(next.bytes));
          if (at >= next.size) controller.close();
          next = undefined;
        },
      });
    },
    delete: async (id) => {
      await db.deleteFrom("file_content").where("file_id", "=", id).execute();
    },
  };
}
