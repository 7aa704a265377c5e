import { createHash, randomUUID } from "node:crypto";
import { sql, type ColumnType, type Kysely, type Selectable } from "kysely";
import type { AttachedFile } from "../../tools/file.ts";
import type { Database } from "../db/database.ts";
import { isStorable } from "../jsonb.ts";
import type { FileStores, StoreName } from "./storage.ts";

export interface FileTable {
  id: string;
  owner_id: string;
  name: string;
  media_type: string;
  size: number;
  sha256: string;
  store: StoreName;
  /** Null while its bytes are on their way. */
  stored_at: ColumnType<Date | null, Date | null | undefined, Date>;
  created_at: ColumnType<Date, Date | undefined, never>;
}

/** Which messages keep a file alive. The database writes it itself, whoever writes a message. */
export interface MessageFileTable {
  chat_id: string;
  message_id: string;
  file_id: string;
}

/** Bytes whose file is gone, until they are as well. */
export interface FileGarbageTable {
  id: string;
  store: StoreName;
  since: ColumnType<Date, Date | undefined, never>;
}

export type FileRow = Pick<Selectable<FileTable>, "id" | "name" | "media_type" | "size" | "store">;

const SHOWN = ["file.id", "file.name", "file.media_type", "file.size", "file.store"] as const;

/**
 * Keeps a file. Its row is there before its bytes and says when they are, so a process that dies in between leaves
 * nothing behind that the sweep does not find.
 */
export async function keep(
  db: Kysely<Database>,
  stores: FileStores,
  given: { ownerId: string; name: string; mediaType: string; bytes: Uint8Array<ArrayBuffer> },
): Promise<AttachedFile> {
  const { ownerId, name, mediaType, bytes } = given;
  const id = randomUUID();
  const store = stores.current;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await db
    .insertInto("file")
    .values({ id, owner_id: ownerId, name, media_type: mediaType, size: bytes.length, sha256, store })
    .execute();
  await stores.of(store).put(id, bytes);
  await db
    .updateTable("file")
    .set({ stored_at: sql`now()` })
    .where("id", "=", id)
    .execute();
  return { id, name, mediaType, size: bytes.length };
}

/** One file, for its owner. */
export async function find(
  db: Kysely<Database>,
  { ownerId, fileId }: { ownerId: string; fileId: string },
): Promise<FileRow | undefined> {
  if (!isStorable(fileId)) return undefined;
  return stored(db).where("file.id", "=", fileId).where("file.owner_id", "=", ownerId).executeTakeFirst();
}

/** Those of the given files that this person has, in the order given. */
export async function ofOwner(
  db: Kysely<Database>,
  { ownerId, ids }: { ownerId: string; ids: string[] },
): Promise<AttachedFile[]> {
  if (ids.length === 0) return [];
  const rows = await stored(db).where("file.owner_id", "=", ownerId).where("file.id", "in", ids).execute();
  const files = new Map(rows.map(({ media_type, ...row }) => [row.id, { ...row, mediaType: media_type }]));
  return ids
    .flatMap((id) => files.get(id) ?? [])
    .map(({ id, name, mediaType, size }) => ({ id, name, mediaType, size }));
}

/** Those of the given files that the owner of this chat has, by id. */
export async function ofChat(db: Kysely<Database>, chatId: string, ids: string[]): Promise<Map<string, FileRow>> {
  if (ids.length === 0) return new Map();
  const rows = await stored(db)
    .innerJoin("chat", "chat.owner_id", "file.owner_id")
    .where("chat.id", "=", chatId)
    .where("file.id", "in", ids)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

function stored(db: Kysely<Database>) {
  return db.selectFrom("file").select(SHOWN).where("file.stored_at", "is not", null);
}
