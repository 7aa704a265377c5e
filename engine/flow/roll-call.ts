import { lose } from "../core/run.ts";
import type { Engine } from "../engine.ts";
import { isOver, toState, type Run } from "../store/runs.ts";
import { changeRun } from "./end-run.ts";

/** A worker that holds runs names them in its first words; one that is silent for this long holds none. */
const SILENCE_MS = 1_000;
/** It names them several times over, once for each run, and what it had wanted to say before it was connected as well. */
const LISTEN_MS = 250;

/** Runs that somebody held before this engine started, and that nobody has spoken for yet. */
export type Inherited = Set<string>;

/** Who holds them will say so (roll call), or nobody comes (timers): until then, their leases hold. */
export async function inheritRuns(engine: Engine, leaseMs: number): Promise<Inherited> {
  const held = new Map<string, string>();
  for (const run of await liveRuns(engine)) held.set(run.id, run.snapshot_id);
  await extendLeases(engine, held, leaseMs);
  return new Set(held.keys());
}

/**
 * Finds out which runs a worker holds that has just connected: the one there was, after the engine or the connection
 * broke, or another in its place. Those it names live on with a fresh lease. Those that it does not name, and to which
 * nothing has happened meanwhile, have nobody: they are lost at once. Source: `connect` in the CLI's devSupervisor.js.
 */
export class RollCall {
  readonly #engine: Engine;
  readonly #inherited: Inherited;
  readonly #leaseMs: number;
  readonly #named = new Set<string>();
  /** The runs held when the worker connected, each with its snapshot of that moment. */
  readonly #held: Promise<Map<string, string>>;
  #end: NodeJS.Timeout;
  isOver = false;

  /** Resolves once the runs held at this moment are known: what happens to one after it counts as life. */
  get looked(): Promise<unknown> {
    return this.#held;
  }

  constructor(engine: Engine, inherited: Inherited, leaseMs: number) {
    this.#engine = engine;
    this.#inherited = inherited;
    this.#leaseMs = leaseMs;
    this.#held = this.#whoIsHeld();
    this.#held.catch(() => {});
    this.#end = setTimeout(() => this.#finish(), SILENCE_MS);
  }

  name(runIds: readonly string[]): void {
    if (this.isOver) return;
    if (this.#named.size === 0 && runIds.length > 0) {
      clearTimeout(this.#end);
      this.#end = setTimeout(() => this.#finish(), LISTEN_MS);
    }
    for (const id of runIds) this.#named.add(id);
  }

  /** The worker has left again: what it would have said is not known. */
  cancel(): void {
    this.isOver = true;
    clearTimeout(this.#end);
  }

  #finish(): void {
    this.isOver = true;
    this.#settle().catch((error: unknown) => this.#engine.log.error({ err: error }, "roll call failed"));
  }

  async #settle(): Promise<void> {
    const held = await this.#held;
    this.#inherited.clear();
    const named = [...held].filter(([id]) => this.#named.has(id));
    await extendLeases(this.#engine, new Map(named), this.#leaseMs);
    for (const [id, snapshot] of held) if (!this.#named.has(id)) await this.#loseUntouched(id, snapshot);
  }

  async #loseUntouched(id: string, snapshot: string): Promise<void> {
    const lost = await changeRun(this.#engine, id, (run) =>
      run.snapshot_id === snapshot ? lose(toState(run), this.#engine.now()) : undefined,
    );
    if (lost) this.#engine.log.warn({ run: id, status: lost.status }, "run lost: its worker does not name it");
  }

  async #whoIsHeld(): Promise<Map<string, string>> {
    const held = new Map<string, string>();
    for (const run of await liveRuns(this.#engine)) {
      // One that was given out just now may be on its way to this very worker; its start has a lease of its own.
      const isOnItsWay = run.execution_status === "PENDING_EXECUTING" && !this.#inherited.has(run.id);
      if (!isOnItsWay) held.set(run.id, run.snapshot_id);
    }
    return held;
  }
}

async function liveRuns(engine: Engine): Promise<Run[]> {
  const live = await Promise.all((await engine.store.runs.liveIds()).map((id) => engine.store.runs.byId(id)));
  return live.filter((run): run is Run => run !== undefined && !isOver(run));
}

/** `held`: runs, each with a snapshot of the attempt it is in. */
async function extendLeases(engine: Engine, held: ReadonlyMap<string, string>, leaseMs: number): Promise<void> {
  const until = new Date(engine.now().getTime() + leaseMs);
  for (const [id, snapshot] of held) await engine.store.runs.extendLease(id, snapshot, until);
}
