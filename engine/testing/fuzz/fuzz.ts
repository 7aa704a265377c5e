import fc from "fast-check";
import { problemWith, type Case } from "./answer.ts";
import { appends } from "./appends.ts";
import { connections, sleepers } from "./connections.ts";
import { requests } from "./requests.ts";
import type { EngineProcess, Memory } from "../engine-process.ts";
import { createWorld } from "./world.ts";

const ROUND = 500;
const AT_ONCE = 24;
/** The first requests load code, fill pools and show the heap how large bodies are: memory counts from behind them. */
const WARM_UP = 20_000;

export type Findings = {
  sent: number;
  /** Answers by status; `none` for connections that were closed without one, as they may be. */
  statuses: Record<string, number>;
  problems: string[];
  before: Memory;
  after: Memory;
};

/** Sends `count` malformed requests, the same ones for the same seed, and says what was wrong with the answers. */
export async function fuzz(engine: EngineProcess, seed: number, count: number): Promise<Findings> {
  const world = await createWorld(engine.url);
  const anything = fc.oneof(
    { weight: 12, arbitrary: requests(world) },
    { weight: 3, arbitrary: connections },
    { weight: 3, arbitrary: appends(world) },
  );
  const findings: Findings = {
    sent: 0,
    statuses: {},
    problems: [],
    before: await engine.memory(),
    after: { held: 0, rss: 0 },
  };
  const asleep = Promise.all(sleepers.map((sleeper) => sendOne(engine, sleeper, findings)));
  let isWarm = false;
  for (let round = 0; findings.sent < count && findings.problems.length < 20; round++) {
    const cases = fc.sample(anything, { seed: seed + round, numRuns: Math.min(ROUND, count - findings.sent) });
    await inParallel(cases, (one) => sendOne(engine, one, findings));
    if (engine.ended() !== undefined) {
      findings.problems.push(`the engine ended: ${engine.ended()}\n${engine.lines.slice(-20).join("\n")}`);
      break;
    }
    if (!isWarm && findings.sent >= Math.min(WARM_UP, count / 2)) {
      findings.before = await engine.memory();
      isWarm = true;
    }
  }
  await asleep;
  if (engine.ended() === undefined) findings.after = await engine.memory();
  return findings;
}

async function sendOne(engine: EngineProcess, one: Case, findings: Findings): Promise<void> {
  findings.sent += 1;
  try {
    const answer = await one.send(engine.port);
    const status = String(answer?.status ?? "none");
    findings.statuses[status] = (findings.statuses[status] ?? 0) + 1;
    const problem = problemWith(one, answer);
    if (problem) findings.problems.push(`${problem}\n  ${short(one.name)}`);
  } catch (error) {
    findings.problems.push(`${error instanceof Error ? error.message : String(error)}\n  ${short(one.name)}`);
  }
}

const short = (name: string) => name.replaceAll(/(.{1,4}?)\1{9,}/gs, "$1…");

async function inParallel<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
