import { describe, expect, it } from "vitest";
import { LogExport, logLinesOf, spansOf, TraceExport } from "./otlp.ts";

const attribute = (key: string, value: object) => ({ key, value });
const ofRun = attribute("$metadata.ctx.run.id", { stringValue: "run_a" });
const span = (more: object, ...attributes: object[]) => ({
  ...{ traceId: "t", spanId: "s", parentSpanId: "p", name: "turn" },
  ...{ startTimeUnixNano: "1795325393244670722", endTimeUnixNano: "1795325393244670822" },
  attributes,
  ...more,
});
const traces = (...spans: object[]) =>
  spansOf(
    TraceExport.parse({
      resourceSpans: [
        { resource: { attributes: [attribute("ctx.machine.name", { stringValue: "m" })] }, scopeSpans: [{ spans }] },
      ],
    }),
  );

describe("a span", () => {
  it("is its run's, with its resource's attributes and its own, times to the nanosecond", () => {
    const event = { name: "exception", timeUnixNano: 1_000_000, attributes: [attribute("a", { boolValue: true })] };
    expect(traces(span({ status: { code: 2 }, events: [event] }, ofRun, attribute("n", { intValue: "7" })))).toEqual([
      {
        ...{ runId: "run_a", spanId: "s", traceId: "t", parentId: "p", name: "turn" },
        ...{ startedAt: new Date(1795325393244), duration: 100, isPartial: false, isError: true },
        attributes: { "ctx.machine.name": "m", "$metadata.ctx.run.id": "run_a", n: 7 },
        events: [{ name: "exception", time: new Date(1), attributes: { a: true } }],
      },
    ]);
  });

  it("that has only begun goes by the id it will have", () => {
    const marks = [
      attribute("$span.partial", { boolValue: true }),
      attribute("$span.span_id", { stringValue: "real" }),
    ];
    expect(traces(span({}, ofRun, ...marks))).toMatchObject([{ spanId: "real", isPartial: true, duration: 0 }]);
  });

  it("of no run is nobody's, and one that ends before it begins took no time", () => {
    expect(traces(span({}))).toEqual([]);
    expect(traces(span({ endTimeUnixNano: "1" }, ofRun))).toMatchObject([{ duration: 0 }]);
  });
});

describe("a log line", () => {
  it.each([
    [5, "DEBUG"],
    [9, "INFO"],
    [13, "WARN"],
    [17, "ERROR"],
  ])("of severity %i is %s", (severityNumber, level) => {
    const record = { severityNumber, body: { stringValue: "hello" }, attributes: [ofRun], spanId: "s" };
    const data = LogExport.parse({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
    expect(logLinesOf(data)).toMatchObject([{ runId: "run_a", spanId: "s", level, body: "hello" }]);
  });

  it("that is no text is JSON", () => {
    const map = { kvlistValue: { values: [attribute("a", { arrayValue: { values: [{ doubleValue: 1.5 }, {}] } })] } };
    const data = LogExport.parse({
      resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: map, attributes: [ofRun] }] }] }],
    });
    expect(logLinesOf(data)).toMatchObject([{ body: '{"a":[1.5,null]}', level: "INFO", spanId: null }]);
  });
});
