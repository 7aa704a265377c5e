import { isOver, type Run } from "../store/runs.ts";
import type { Attributes, LogLine, Span } from "./items.ts";

/** One line of a trace: the run itself, a span of it, or what it logged. */
export type Entry = {
  id: string;
  parentId: string | undefined;
  message: string;
  startTime: Date;
  /** In nanoseconds. */
  duration: number;
  isError: boolean;
  isPartial: boolean;
  isCancelled: boolean;
  level: string;
  attributes: Attributes;
  events: Span["events"];
};

export type Tree = Entry & { children: Tree[] };

/** `00-<trace>-<span>-01` (W3C Trace Context): the trace and the span that the engine gave a run. */
function idsOf(run: Run): { traceId: string; rootId: string } {
  const [, traceId = "", rootId = ""] = run.traceparent.split("-");
  return { traceId, rootId };
}

export const traceIdOf = (run: Run) => idsOf(run).traceId;

/** A run as a list, the run itself first, then everything in the order in which it began. */
export function entriesOf(run: Run, spans: Span[], lines: LogLine[], now: Date): [Entry, ...Entry[]] {
  const root = rootOf(run, now);
  const rest = [...spans.map((span) => ofSpan(span, root)), ...lines.map((line, index) => ofLine(line, index, root))];
  return [root, ...rest.sort((a, b) => a.startTime.getTime() - b.startTime.getTime())];
}

function rootOf(run: Run, now: Date): Entry {
  const end = run.finished_at ?? now;
  return {
    id: idsOf(run).rootId,
    parentId: undefined,
    message: run.task,
    startTime: run.created_at,
    duration: Math.max(0, end.getTime() - run.created_at.getTime()) * 1_000_000,
    isError: isOver(run) && run.status !== "COMPLETED_SUCCESSFULLY" && run.status !== "CANCELED",
    isPartial: !isOver(run),
    isCancelled: run.status === "CANCELED",
    level: "TRACE",
    attributes: {},
    events: [],
  };
}

/** A span that never ended takes the outcome of its run, as the platform has it (core's `runTracePages`). */
function ofSpan(span: Span, root: Entry): Entry {
  const isLeft = span.isPartial && !root.isPartial;
  const untilEnd = root.startTime.getTime() * 1e6 + root.duration - span.startedAt.getTime() * 1e6;
  return {
    id: span.spanId,
    parentId: span.parentId ?? root.id,
    message: span.name,
    startTime: span.startedAt,
    duration: isLeft ? Math.max(0, untilEnd) : span.duration,
    isError: isLeft ? root.isError : span.isError,
    isPartial: span.isPartial && root.isPartial,
    isCancelled: isLeft && root.isCancelled,
    level: "TRACE",
    attributes: span.attributes,
    events: span.events,
  };
}

function ofLine(line: LogLine, index: number, root: Entry): Entry {
  return {
    id: `log_${index}`,
    parentId: line.spanId ?? root.id,
    message: line.body,
    startTime: line.at,
    duration: 0,
    isError: line.level === "ERROR",
    isPartial: false,
    isCancelled: false,
    level: line.level,
    attributes: line.attributes,
    events: [],
  };
}

/** The same as a tree. What names a parent that is not there, or in the end itself, hangs on the root. */
export function treeOf([root, ...rest]: [Entry, ...Entry[]]): Tree {
  const below = rest.filter(({ id }) => id !== root.id);
  const trees = new Map([root, ...below].map((entry) => [entry.id, { ...entry, children: [] as Tree[] }]));
  const top = trees.get(root.id) as Tree;
  for (const { id } of below) {
    const tree = trees.get(id) as Tree;
    const parent = isInRing(tree, trees) ? top : (trees.get(tree.parentId ?? root.id) ?? top);
    parent.children.push(tree);
  }
  for (const child of top.children) child.parentId = root.id;
  return top;
}

function isInRing(entry: Entry, entries: Map<string, Entry>): boolean {
  const seen = new Set<string>();
  for (let at: Entry | undefined = entry; at; at = entries.get(at.parentId ?? "")) {
    if (seen.has(at.id)) return true;
    seen.add(at.id);
  }
  return false;
}
