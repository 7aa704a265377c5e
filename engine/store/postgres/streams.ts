import { sql } from "kysely";
import type { Appended, NewRecord, StreamRecord, Streams } from "../streams.ts";
import type { Db, RecordRow } from "./database.ts";

export const streams = (db: Db): Streams => ({
  append: (stream, batch, wantsAnswer = false) => append(db, stream, batch, wantsAnswer),

  async read(stream, fromSeq, limit = 1000) {
    const rows = await records(db, stream).where("seq", ">=", fromSeq).orderBy("seq").limit(limit).execute();
    return rows.map(toRecord);
  },

  async nextSeq(stream) {
    const row = await db.selectFrom("engine.stream").select("next_seq").where("key", "=", stream).executeTakeFirst();
    return row?.next_seq ?? 0;
  },

  async lastRecord(stream) {
    const row = await records(db, stream)
      .where(sql<boolean>`coalesce(headers -> 0 ->> 0, 'none') <> ''`)
      .orderBy("seq", "desc")
      .limit(1)
      .executeTakeFirst();
    return row && toRecord(row);
  },

  async oldestUnanswered(stream, answeredSeq) {
    const row = await db
      .selectFrom("engine.record")
      .select("seq")
      .where("stream", "=", stream)
      .where("wants_answer", "=", true)
      .where("seq", ">", answeredSeq ?? -1)
      .orderBy("seq")
      .limit(1)
      .executeTakeFirst();
    return row?.seq;
  },

  async requestTrim(stream, seq, at) {
    await db
      .updateTable("engine.stream")
      .set({ trim_before: sql`greatest(coalesce(trim_before, 0), least(${seq}, next_seq))`, trim_at: at })
      .where("key", "=", stream)
      .execute();
  },

  async deleteTrimmed(now) {
    await sql`
      with due as (
        update engine.stream set trim_at = null where trim_at <= ${now} returning key, trim_before
      )
      delete from engine.record r using due where r.stream = due.key and r.seq < due.trim_before
    `.execute(db);
  },
});

const records = (db: Db, stream: string) =>
  db.selectFrom("engine.record").select(["seq", "body", "headers", "at"]).where("stream", "=", stream);

const toRecord = (row: Pick<RecordRow, "seq" | "body" | "headers" | "at">): StreamRecord => ({
  ...row,
  at: row.at.getTime(),
});

async function append(db: Db, stream: string, batch: NewRecord[], wantsAnswer: boolean): Promise<Appended> {
  const bodies = batch.map((record) => record.body);
  const headers = batch.map((record) => (record.headers?.length ? JSON.stringify(record.headers) : null));
  // An id that comes twice in one batch names the first.
  const seen = new Set<string>();
  const ids = batch.map(({ id }) => (id !== undefined && !seen.has(id) && seen.add(id) ? id : null));
  const { rows } = await sql<{ seqs: string[]; first_new: number; appended_at: Date }>`
    select * from engine.append(${stream}, ${bodies}::text[], ${headers}::text[], ${ids}::text[], ${wantsAnswer})
  `.execute(db);
  const row = rows[0];
  if (!row) throw new Error("engine.append returned nothing");
  const seqs = row.seqs.map(Number);
  const at = row.appended_at.getTime();
  const all = batch.map(({ body, headers }, index) => ({ seq: seqs[index] ?? 0, body, headers: headers ?? null, at }));
  const endSeq = Math.max(...seqs) + 1;
  return { startSeq: endSeq - batch.length, endSeq, at, records: all.filter(({ seq }) => seq >= row.first_new) };
}
