import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import type { MemoryRow } from "../launcher/memory.ts";
import type { Summary } from "./statistics.ts";
import type { TurnFigures } from "./turns.ts";

export interface Results {
  n: number;
  bare: { newChat: TurnFigures; secondTurn: TurnFigures };
  skein: {
    newChat: TurnFigures;
    secondTurn: TurnFigures;
    continuation: TurnFigures;
    reload: { painted: Summary; wordsAfter: Summary };
    secondStart: Summary;
    memory: MemoryRow[];
  };
}

type Line = { what: string; skein: number; bare?: number; budget?: number };

/** Prints what was measured beside what it may be. A miss is marked and fails nothing: the machine may be busy. */
export function print({ n, bare, skein }: Results): void {
  const lines: Line[] = [
    ...turnLines("new chat", skein.newChat, bare.newChat, 120),
    ...turnLines("second turn", skein.secondTurn, bare.secondTurn, 50),
    ...turnLines("continuation", skein.continuation, undefined, 250),
    {
      what: "a word → DOM, median",
      skein: skein.secondTurn.words.median,
      bare: bare.secondTurn.words.median,
      budget: 15,
    },
    { what: "a word → DOM, p95", skein: skein.secondTurn.words.p95, bare: bare.secondTurn.words.p95, budget: 40 },
    { what: "reload: partial text painted", skein: skein.reload.painted.median, budget: 350 },
    { what: "reload: a word after it, median", skein: skein.reload.wordsAfter.median, budget: 15 },
    { what: "reload: a word after it, p95", skein: skein.reload.wordsAfter.p95, budget: 40 },
    { what: "ready line of a second start", skein: skein.secondStart.median, budget: 20_000 },
  ];
  console.log(`\nMilliseconds, medians of ${n}; load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores`);
  console.table(
    lines.map(({ what, skein, bare, budget }) => ({
      measure: what,
      skein: Math.round(skein),
      bare: bare === undefined ? "" : Math.round(bare),
      budget: budget ?? "",
      "": budget === undefined ? "" : skein <= budget ? "ok" : "over",
    })),
  );
  const total = (key: "rss" | "pss") => skein.memory.reduce((sum, row) => sum + row[key], 0);
  console.log("Memory of the idle stack, MB");
  console.table([...skein.memory, { process: "all", count: "", rss: total("rss"), pss: total("pss") }]);
}

function turnLines(what: string, skein: TurnFigures, bare: TurnFigures | undefined, budget: number): Line[] {
  return [
    { what: `${what}: Enter → first word`, skein: skein.firstWord.median, bare: bare?.firstWord.median, budget },
    { what: "  Enter → model asked", skein: skein.untilAsked.median, bare: bare?.untilAsked.median },
    { what: "  first word sent → DOM", skein: skein.firstDelay.median, bare: bare?.firstDelay.median },
  ];
}

/** Returns the file's path. */
export function write(results: object): string {
  const at = new Date().toISOString();
  const folder = fileURLToPath(new URL("results", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/${at.replaceAll(":", "-").slice(0, 19)}.json`;
  const machine = { cores: cpus().length, model: cpus()[0]?.model, load: loadavg(), node: process.version };
  writeFileSync(file, JSON.stringify({ at, machine, ...results }, null, 2) + "\n");
  return file;
}
