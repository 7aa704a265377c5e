import { setTimeout as sleep } from "node:timers/promises";
import { afterDeath, neverFailed, type RestartHistory } from "./backoff.ts";
import { Child, type Command } from "./child.ts";
import { say, type ChildLog } from "./log.ts";
import { LaunchProblem, sentence } from "./problem.ts";

export interface ServiceOptions {
  /** As a sentence begins: `The engine`. */
  title: string;
  log: ChildLog;
  /** What has to be true or tidied up before each start; gives the command. */
  prepare: (stopped: AbortSignal) => Promise<Command> | Command;
  isReady: () => Promise<boolean>;
  stop: { signal: NodeJS.Signals; graceMs: number };
  /** How often it may die before it was ready for the first time, and how long that may take. */
  startAttempts: number;
  startTimeoutMs: number;
  onStart?: (child: Child) => void;
  /** Each line it prints (not what it complains of). */
  onLine?: (line: string) => void;
  /** Each time it is ready, the first one included. */
  onReady?: () => void;
  onExit?: () => void;
}

/** Keeps one child running: starts it, tells when it is ready, starts it again when it dies. */
export class Service {
  readonly #options: ServiceOptions;
  readonly #stopped = new AbortController();
  #child: Child | undefined;
  #loop: Promise<void> = Promise.resolve();
  #isRestarting = false;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  /** Resolves when it is ready for the first time; throws a LaunchProblem when it cannot be. Then it is kept alive. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#loop = this.#keepAlive(resolve, reject);
    });
  }

  /** Ends the running child, which starts again like one that died, only without a delay or a word about it. */
  restart(): void {
    this.#isRestarting = true;
    this.#child?.kill();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    const { signal, graceMs } = this.#options.stop;
    await this.#child?.stop(signal, graceMs);
    await this.#loop;
  }

  kill(): void {
    this.#stopped.abort();
    this.#child?.kill();
  }

  async #keepAlive(onFirstReady: () => void, onFailure: (error: unknown) => void): Promise<void> {
    const { title, log, onExit } = this.#options;
    const deadline = Date.now() + this.#options.startTimeoutMs;
    let history: RestartHistory = neverFailed;
    let wasReady = false;
    for (let attempt = 1; !this.#stopped.signal.aborted; attempt++) {
      const startedAt = Date.now();
      let exit: string;
      try {
        const child = await this.#spawn();
        if (!child) return;
        const isReady = await this.#untilReady(child, wasReady ? Infinity : deadline);
        if (isReady) this.#options.onReady?.();
        if (isReady && wasReady) say(`${title} is back.`);
        else if (isReady) onFirstReady();
        wasReady ||= isReady;
        if (!wasReady && !child.hasExited && !this.#stopped.signal.aborted) {
          child.kill();
          return onFailure(this.#failure("was not ready in time"));
        }
        exit = await child.exited;
        log.write(`ended: ${exit}`);
        onExit?.();
      } catch (error) {
        this.#child?.kill();
        if (!wasReady) return onFailure(error);
        exit = sentence(error);
      }
      if (this.#stopped.signal.aborted) return;
      if (!wasReady && attempt >= this.#options.startAttempts)
        return onFailure(this.#failure(`stopped while starting (${exit})`));
      if (this.#isRestarting) continue;
      const next = afterDeath(history, Date.now() - startedAt);
      history = next.history;
      const when = next.delayMs === 0 ? "now" : `in ${next.delayMs / 1000} s`;
      say(`${title} stopped (${exit}); starting it again ${when}. Its log is ${log.path}.`);
      await sleep(next.delayMs, undefined, { signal: this.#stopped.signal }).catch(() => {});
    }
  }

  async #spawn(): Promise<Child | undefined> {
    const command = await this.#options.prepare(this.#stopped.signal);
    if (this.#stopped.signal.aborted) return undefined;
    this.#isRestarting = false;
    this.#child = Child.start(command, this.#options.log, this.#options.onLine);
    this.#options.log.write(`started as process ${this.#child.id.pid}`);
    this.#options.onStart?.(this.#child);
    return this.#child;
  }

  async #untilReady(child: Child, deadline: number): Promise<boolean> {
    while (!child.hasExited && !this.#stopped.signal.aborted && Date.now() < deadline) {
      if (await this.#options.isReady().catch(() => false)) return !child.hasExited;
      await Promise.race([child.exited, sleep(50)]);
    }
    return false;
  }

  #failure(what: string): Error {
    const { title, log } = this.#options;
    const reason = log.lastImportant ? `: ${sentence(log.lastImportant).replace(/\.$/, "")}` : "";
    return new LaunchProblem(`${title} ${what}${reason}. Its log is ${log.path}.`);
  }
}
