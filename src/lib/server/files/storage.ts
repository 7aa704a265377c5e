import type { Kysely } from "kysely";
import type { Config } from "../config.ts";
import type { Database } from "../db/database.ts";
import { createPostgresStorage } from "./postgres.ts";
import { createS3Storage } from "./s3.ts";

/** Where the bytes of files are. Whose they are and whether they may go is the affair of their rows (files.ts). */
export interface FileStorage {
  /** Keeps these bytes under an id; whatever was there before is replaced. */
  put(id: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The bytes, piece by piece; undefined when there are none under this id. */
  get(id: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | undefined>;
  /** Nothing under this id is fine. */
  delete(id: string): Promise<void>;
}

export type StoreName = "postgres" | "s3";

/** The stores that this configuration reaches. A file is read from the one it was put into, also after a change. */
export interface FileStores {
  /** Where new files go. */
  current: StoreName;
  of(name: StoreName): FileStorage;
}

export function createFileStores(db: Kysely<Database>, config: Pick<Config, "s3">): FileStores {
  const postgres = createPostgresStorage(db);
  const s3 = config.s3 && createS3Storage(config.s3);
  return {
    current: s3 ? "s3" : "postgres",
    of: (name) => {
      if (name === "postgres") return postgres;
      if (!s3) throw new Error("A file is in an S3 bucket, and no S3_ variable is set.");
      return s3;
    },
  };
}

/** The whole of a file. */
export async function readAll(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
