import { expect, it } from "vitest";
import { addRun, newLogLine, newSpan as span, type Given } from "./fixtures.ts";

export function describeTelemetry(given: Given): void {
  it("is found by its run, spans by their start, and only of runs there are", async () => {
    const run = await addRun(given);
    const event = { name: "e", time: new Date(7), attributes: { b: "c" } };
    const later = span(run.id, { spanId: "later", startedAt: new Date(2_000), events: [event] });
    const line = newLogLine(run.id);
    await given.store.telemetry.keep({ spans: [later, span(run.id), span("run_none")], lines: [line] });
    expect(await given.store.telemetry.spansOf(run.id, 10)).toEqual([span(run.id), later]);
    expect(await given.store.telemetry.spansOf(run.id, 1)).toEqual([span(run.id)]);
    expect(await given.store.telemetry.linesOf(run.id, 10)).toEqual([line]);
    expect(await given.store.telemetry.spansOf("run_none", 10)).toEqual([]);
  });

  it("keeps a span's end, in whatever order its beginning and end come", async () => {
    const run = await addRun(given);
    const begun = span(run.id, { isPartial: true, duration: 0 });
    await given.store.telemetry.keep({ spans: [begun], lines: [] });
    expect(await given.store.telemetry.spansOf(run.id, 10)).toEqual([begun]);
    await given.store.telemetry.keep({ spans: [begun, span(run.id), begun], lines: [] });
    await given.store.telemetry.keep({ spans: [begun], lines: [] });
    expect(await given.store.telemetry.spansOf(run.id, 10)).toEqual([span(run.id)]);
  });

  it("that comes twice at the same time, in two orders, is kept once", async () => {
    const run = await addRun(given);
    const spans = Array.from({ length: 300 }, (_, index) => span(run.id, { spanId: `s${index}` }));
    const orders = Array.from({ length: 8 }, (_, index) => (index % 2 ? spans : spans.toReversed()));
    await Promise.all(orders.map((order) => given.store.telemetry.keep({ spans: order, lines: [] })));
    expect(await given.store.telemetry.spansOf(run.id, 1_000)).toHaveLength(300);
  });
}
