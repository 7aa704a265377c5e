import { sql } from "kysely";
import type { Appended, NewRecord, StreamRecord, Streams, StreamsTx } from "../streams.ts";
import { removed, type Db, type RecordRow, type Tx } from "./database.ts";

export const streams = (db: Db): Streams => ({
  async append(stream, records, wantsAnswer) {
    const [appended] = await appendAll(db, [{ stream, records }], wantsAnswer);
    return found(appended);
  },

  async appendAs(runId, stream, records) {
    const [appended] = await appendAll(db, [{ stream, records, writer: runId ?? SOMEBODY }]);
    return appended;
  },

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

  removeAnswered: (limit, margin, rows) =>
    removed(
      db,
      sql`delete from engine.record where (stream, seq) in (
        select r.stream, r.seq
        from engine.session s
        join engine.record r on r.stream = 'sessions/' || s.stream_key || '/in' and r.seq < s.answered_in_seq - ${margin}
        where s.answered_in_seq > ${margin} and r.at < ${limit}
        limit ${rows}
      )`,
    ),

  removeFromChannels: (limit, rows) =>
    removed(
      db,
      sql`delete from engine.record where (stream, seq) in (
        select r.stream, r.seq
        from engine.stream c join engine.record r on r.stream = c.key
        where c.key like 'channels/%' and r.at < ${limit}
        limit ${rows}
      )`,
    ),

  async deleteTrimmed(now) {
    // A stream that is being written to is left to the next round: nobody waits here while holding others.
    await sql`
      with due as (
        update engine.stream set trim_at = null
        where key in (select key from engine.stream where trim_at <= ${now} for update skip locked)
        returning key, trim_before
      )
      delete from engine.record r using due where r.stream = due.key and r.seq < due.trim_before
    `.execute(db);
  },
});

export const streamsTx = (tx: Tx): StreamsTx => ({
  ...streams(tx),

  async lock(stream) {
    await tx
      .insertInto("engine.stream")
      .values({ key: stream, next_seq: 0 })
      .onConflict((on) => on.doNothing())
      .execute();
    await tx.selectFrom("engine.stream").select("key").where("key", "=", stream).forUpdate().execute();
  },
});

/** What only a run's append may lack. */
export function found(appended: Appended | undefined): Appended {
  if (!appended) throw new Error("engine.append gave no position");
  return appended;
}

const records = (db: Db, stream: string) =>
  db.selectFrom("engine.record").select(["seq", "body", "headers", "at"]).where("stream", "=", stream);

const toRecord = (row: Pick<RecordRow, "seq" | "body" | "headers" | "at">): StreamRecord => ({
  ...row,
  at: row.at.getTime(),
});

/** Appends to many streams in one commit; one result for each batch, in order: undefined for a writer that is refused. */
export async function appendAll(db: Db, batches: Batch[], wantsAnswer = false): Promise<(Appended | undefined)[]> {
  const given = batches.flatMap(({ stream, records, writer = null }) => {
    // An id that comes twice in one batch names the first.
    const seen = new Set<string>();
    return records.map(({ id, body, headers }) => ({
      ...{ stream, writer, body, headers: headers?.length ? JSON.stringify(headers) : null },
      id: id !== undefined && !seen.has(id) && seen.add(id) ? id : null,
    }));
  });
  const column = <K extends keyof (typeof given)[number]>(name: K) => given.map((record) => record[name]);
  const { rows } = await sql<{ seq: number | null; is_new: boolean; appended_at: Date }>`
    select * from engine.append(
      ${column("stream")}::text[], ${column("body")}::text[], ${column("headers")}::text[], ${column("id")}::text[],
      ${column("writer")}::text[], ${wantsAnswer}
    )`.execute(db);
  let from = 0;
  return batches.map(({ records }) => {
    const placed = rows.slice(from, (from += records.length));
    const seqs = placed.flatMap(({ seq }) => (seq === null ? [] : [seq]));
    if (seqs.length < records.length) return undefined;
    const endSeq = Math.max(...seqs) + 1;
    const at = placed[0]?.appended_at.getTime() ?? 0;
    const fresh = records.flatMap(({ body, headers = null }, index) => {
      const seq = seqs[index];
      return seq !== undefined && placed[index]?.is_new ? { seq, body, headers, at } : [];
    });
    return { startSeq: endSeq - records.length, endSeq, at, records: fresh };
  });
}

export interface Batch {
  stream: string;
  records: NewRecord[];
  /** The run that writes it, or SOMEBODY. Without one the engine itself does, and begins the stream. */
  writer?: string;
}

/** A writer that is no run. */
export const SOMEBODY = "";
