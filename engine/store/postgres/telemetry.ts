import { sql, type Selectable } from "kysely";
import type { LogLine, Span, Telemetry } from "../telemetry.ts";
import { removed, type Db, type LogLineRow, type SpanRow } from "./database.ts";

export const telemetry = (db: Db): Telemetry => ({
  async keep({ spans, lines }) {
    if (spans.length > 0) await keepSpans(db, spans);
    if (lines.length > 0) await keepLines(db, lines);
  },

  async spansOf(runId, limit) {
    const rows = await db
      .selectFrom("engine.span")
      .selectAll()
      .where("run_id", "=", runId)
      .orderBy("started_at")
      .orderBy("span_id")
      .limit(limit)
      .execute();
    return rows.map(toSpan);
  },

  async linesOf(runId, limit) {
    const rows = await db
      .selectFrom("engine.log_line")
      .selectAll()
      .where("run_id", "=", runId)
      .orderBy("at")
      .orderBy("id")
      .limit(limit)
      .execute();
    return rows.map(toLine);
  },

  async removeBefore(limit, rows) {
    const spans = await removed(
      db,
      sql`delete from engine.span where (run_id, span_id) in (
        select run_id, span_id from engine.span where received_at < ${limit} limit ${rows}
      )`,
    );
    const lines = await removed(
      db,
      sql`delete from engine.log_line where id in (
        select id from engine.log_line where received_at < ${limit} limit ${rows}
      )`,
    );
    return Math.max(spans, lines);
  },
});

async function keepSpans(db: Db, spans: Span[]): Promise<void> {
  // One statement cannot change a row twice: of a span that comes twice in one export, its end counts.
  const once = new Map<string, Span>();
  for (const span of spans) {
    const key = `${span.runId} ${span.spanId}`;
    if (!span.isPartial || !once.has(key)) once.set(key, span);
  }
  await sql`
    insert into engine.span (run_id, session_id, span_id, trace_id, parent_id, name, started_at, duration, is_partial,
      is_error, attributes, events)
    select s."runId", r.session_id, s."spanId", s."traceId", s."parentId", s.name, s."startedAt", s.duration,
      s."isPartial", s."isError", s.attributes, s.events
    from jsonb_to_recordset(${JSON.stringify([...once.values()])}::jsonb) as s (
      "runId" text, "spanId" text, "traceId" text, "parentId" text, name text, "startedAt" timestamptz,
      duration double precision, "isPartial" boolean, "isError" boolean, attributes jsonb, events jsonb)
    join engine.run r on r.id = s."runId"
    -- A process sends a span again when it heard no answer: two exports that lock in two orders would deadlock.
    order by s."runId", s."spanId"
    on conflict (run_id, span_id) do update set
      parent_id = excluded.parent_id, name = excluded.name, started_at = excluded.started_at,
      duration = excluded.duration, is_partial = excluded.is_partial, is_error = excluded.is_error,
      attributes = excluded.attributes, events = excluded.events
    where not excluded.is_partial
  `.execute(db);
}

async function keepLines(db: Db, lines: LogLine[]): Promise<void> {
  await sql`
    insert into engine.log_line (run_id, session_id, span_id, at, level, body, attributes)
    select l."runId", r.session_id, l."spanId", l.at, l.level, l.body, l.attributes
    from jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as l (
      "runId" text, "spanId" text, at timestamptz, level text, body text, attributes jsonb)
    join engine.run r on r.id = l."runId"
  `.execute(db);
}

const toSpan = (row: Selectable<SpanRow>): Span => ({
  runId: row.run_id,
  spanId: row.span_id,
  traceId: row.trace_id,
  parentId: row.parent_id,
  name: row.name,
  startedAt: row.started_at,
  duration: row.duration,
  isPartial: row.is_partial,
  isError: row.is_error,
  attributes: row.attributes,
  events: row.events.map((event) => ({ ...event, time: new Date(event.time) })),
});

const toLine = (row: Selectable<LogLineRow>): LogLine => ({
  runId: row.run_id,
  spanId: row.span_id,
  at: row.at,
  level: row.level,
  body: row.body,
  attributes: row.attributes,
});
