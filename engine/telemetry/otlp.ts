import { z } from "zod";
import type { Attributes, LogLine, Span } from "./items.ts";

/** An export over OTLP/HTTP in JSON (opentelemetry-proto 1.x), as far as it is looked at; names: docs/engine-wire.md §9. */

type AnyValue = {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number;
  arrayValue?: { values?: AnyValue[] };
  kvlistValue?: { values?: { key: string; value?: AnyValue }[] };
};

const Value: z.ZodType<AnyValue> = z.lazy(() =>
  z.object({
    stringValue: z.string().optional(),
    boolValue: z.boolean().optional(),
    intValue: z.union([z.string(), z.number()]).optional(),
    doubleValue: z.number().optional(),
    arrayValue: z.object({ values: z.array(Value).optional() }).optional(),
    kvlistValue: z.object({ values: z.array(KeyValue).optional() }).optional(),
  }),
);
const KeyValue = z.object({ key: z.string(), value: Value.optional() });
const Pairs = z.array(KeyValue).default([]);
const Nanoseconds = z.union([z.string().regex(/^\d{1,19}$/), z.number().int().min(0)]).default(0);
const Resource = z.object({ attributes: Pairs }).optional();
const Id = z.string().max(64);

export const TraceExport = z.object({
  resourceSpans: z
    .array(
      z.object({
        resource: Resource,
        scopeSpans: z
          .array(
            z.object({
              spans: z
                .array(
                  z.object({
                    traceId: Id,
                    spanId: Id,
                    parentSpanId: Id.optional(),
                    name: z.string(),
                    startTimeUnixNano: Nanoseconds,
                    endTimeUnixNano: Nanoseconds,
                    attributes: Pairs,
                    events: z
                      .array(z.object({ name: z.string(), timeUnixNano: Nanoseconds, attributes: Pairs }))
                      .default([]),
                    status: z.object({ code: z.number().optional() }).optional(),
                  }),
                )
                .default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

export const LogExport = z.object({
  resourceLogs: z
    .array(
      z.object({
        resource: Resource,
        scopeLogs: z
          .array(
            z.object({
              logRecords: z
                .array(
                  z.object({
                    timeUnixNano: Nanoseconds,
                    severityNumber: z.number().default(9),
                    body: Value.optional(),
                    attributes: Pairs,
                    spanId: Id.optional(),
                  }),
                )
                .default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

const STATUS_ERROR = 2;

/** The spans of an export that belong to a run; the others (of the worker itself) are nobody's. */
export function spansOf(data: z.infer<typeof TraceExport>): Span[] {
  return data.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.flatMap((span) => {
        const attributes = { ...attributesOf(resource?.attributes ?? []), ...attributesOf(span.attributes) };
        const runId = runIdOf(attributes);
        if (runId === undefined) return [];
        const isPartial = attributes["$span.partial"] === true;
        // The marker of a span that has begun has an id of its own, and names the span's.
        const marked = attributes["$span.span_id"];
        return {
          runId,
          spanId: isPartial && typeof marked === "string" ? marked : span.spanId,
          traceId: span.traceId,
          parentId: span.parentSpanId || null,
          name: span.name,
          startedAt: date(span.startTimeUnixNano),
          duration: isPartial ? 0 : Math.max(0, Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano))),
          isPartial,
          isError: span.status?.code === STATUS_ERROR,
          attributes,
          events: span.events.map((event) => ({
            name: event.name,
            time: date(event.timeUnixNano),
            attributes: attributesOf(event.attributes),
          })),
        };
      }),
    ),
  );
}

export function logLinesOf(data: z.infer<typeof LogExport>): LogLine[] {
  return data.resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.flatMap((record) => {
        const attributes = { ...attributesOf(resource?.attributes ?? []), ...attributesOf(record.attributes) };
        const runId = runIdOf(attributes);
        if (runId === undefined) return [];
        const body = record.body ? plain(record.body) : "";
        return {
          runId,
          spanId: record.spanId || null,
          at: date(record.timeUnixNano),
          level: levelOf(record.severityNumber),
          body: typeof body === "string" ? body : JSON.stringify(body),
          attributes,
        };
      }),
    ),
  );
}

/** Severity numbers come in fours (OpenTelemetry logs data model). */
function levelOf(severity: number): LogLine["level"] {
  return severity >= 17 ? "ERROR" : severity >= 13 ? "WARN" : severity >= 9 ? "INFO" : "DEBUG";
}

function runIdOf(attributes: Attributes): string | undefined {
  const id = attributes["$metadata.ctx.run.id"] ?? attributes["ctx.run.id"];
  return typeof id === "string" ? id : undefined;
}

const attributesOf = (pairs: { key: string; value?: AnyValue }[]): Attributes =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value ? plain(value) : null]));

function plain(value: AnyValue): unknown {
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(plain);
  if (value.kvlistValue) return attributesOf(value.kvlistValue.values ?? []);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? null;
}

const date = (nanoseconds: string | number) => new Date(Number(BigInt(nanoseconds) / 1_000_000n));
