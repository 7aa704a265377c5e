import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Run } from "../store/runs.ts";
import type { LogLine, Span } from "./items.ts";
import { entriesOf, traceIdOf, treeOf, type Tree } from "./trace.ts";

const run = (more: Partial<Run> = {}) =>
  ({
    ...{ id: "run_a", task: "chat", traceparent: "00-trace-root-01", created_at: new Date(1_000) },
    ...{ status: "EXECUTING", execution_status: "EXECUTING", finished_at: null, ...more },
  }) as Run;
const over = (status: Run["status"]) => run({ status, execution_status: "FINISHED", finished_at: new Date(3_000) });
const span = (spanId: string, parentId: string | null, more: Partial<Span> = {}): Span => ({
  ...{ runId: "run_a", traceId: "trace", spanId, parentId, name: spanId, startedAt: new Date(2_000), duration: 5 },
  ...{ isPartial: false, isError: false, attributes: {}, events: [], ...more },
});
const line: LogLine = { runId: "run_a", spanId: "b", at: new Date(2_500), level: "ERROR", body: "no", attributes: {} };
const now = new Date(9_000);

const shape = ({ id, children }: Tree): unknown => [id, ...children.map(shape)];

describe("a trace", () => {
  it("is the run with its spans and lines below what they belong to", () => {
    const entries = entriesOf(
      run(),
      [span("b", "a"), span("a", "root"), span("c", null), span("d", "gone")],
      [line],
      now,
    );
    expect(shape(treeOf(entries))).toEqual(["root", ["a", ["b", ["log_0"]]], ["c"], ["d"]]);
    expect(entries[0]).toMatchObject({ message: "chat", isPartial: true, duration: 8_000 * 1e6 });
    expect(traceIdOf(run())).toBe("trace");
  });

  it("gives spans that never ended the outcome of their run", () => {
    const open = [span("a", "root", { isPartial: true, duration: 0 })];
    const last = (of: Run) => entriesOf(of, open, [], now)[1];
    expect(last(run())).toMatchObject({ isPartial: true, duration: 0 });
    const ended = { isPartial: false, duration: 1_000 * 1e6 };
    expect(last(over("CANCELED"))).toMatchObject({ ...ended, isCancelled: true, isError: false });
    expect(last(over("CRASHED"))).toMatchObject({ ...ended, isCancelled: false, isError: true });
    expect(last(over("COMPLETED_SUCCESSFULLY"))).toMatchObject({ ...ended, isCancelled: false, isError: false });
  });

  it("loses nothing, whatever parents its spans name: rings, themselves, the root's own id", () => {
    const id = fc.constantFrom("a", "b", "c", "d", "root");
    const links = fc.uniqueArray(fc.tuple(id, fc.option(id)), { selector: ([own]) => own });
    fc.assert(
      fc.property(links, (pairs) => {
        const tree = treeOf(
          entriesOf(
            run(),
            pairs.map(([own, parent]) => span(own, parent)),
            [],
            now,
          ),
        );
        const ids = (at: Tree): string[] => [at.id, ...at.children.flatMap(ids)];
        expect(ids(tree).sort()).toEqual([...new Set([...pairs.map(([own]) => own), "root"])].sort());
      }),
    );
  });
});
