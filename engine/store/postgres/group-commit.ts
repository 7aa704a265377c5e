/** One piece of work for a log; pieces of one log are committed in the order they came. */
export interface Work {
  stream: string;
}

interface Waiting<W, R> {
  work: W;
  resolve(result: R): void;
  reject(error: unknown): void;
}

export interface GroupCommitOptions<W, R> {
  /** Commits all of it or nothing; one result for each piece, in order. */
  commit(group: W[]): Promise<R[]>;
  /** Commits under way at once. */
  lanes: number;
  /** Pieces in one commit, at most. */
  most: number;
}

/**
 * Gathers what comes while commits are under way into the next one. Alone, a piece of work is committed at once; under
 * load one commit carries many, so that a hundred live streams cost hardly more commits than one.
 */
export class GroupCommit<W extends Work, R> {
  readonly #options: GroupCommitOptions<W, R>;
  readonly #busy = new Set<string>();
  #waiting: Waiting<W, R>[] = [];
  #underWay = 0;

  constructor(options: GroupCommitOptions<W, R>) {
    this.#options = options;
  }

  /** Resolves when `work` is committed. */
  async add(work: W): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    while (this.#underWay < this.#options.lanes) {
      const group = this.#take();
      if (group.length === 0) return;
      void this.#commit(group);
    }
  }

  /** What may be committed now: nothing of a log that another commit is writing to. */
  #take(): Waiting<W, R>[] {
    const group: Waiting<W, R>[] = [];
    const rest: Waiting<W, R>[] = [];
    for (const item of this.#waiting) {
      const isFree = group.length < this.#options.most && !this.#busy.has(item.work.stream);
      (isFree ? group : rest).push(item);
    }
    this.#waiting = rest;
    return group;
  }

  async #commit(group: Waiting<W, R>[]): Promise<void> {
    const streams = new Set(group.map(({ work }) => work.stream));
    for (const stream of streams) this.#busy.add(stream);
    this.#underWay += 1;
    try {
      await this.#settle(group);
    } finally {
      this.#underWay -= 1;
      for (const stream of streams) this.#busy.delete(stream);
      this.#next();
    }
  }

  async #settle(group: Waiting<W, R>[]): Promise<void> {
    try {
      const results = await this.#options.commit(group.map(({ work }) => work));
      for (const [index, item] of group.entries()) item.resolve(results[index] as R);
    } catch (error) {
      if (group.length === 1) return group[0]?.reject(error);
      // One piece that cannot be stored must not take the others with it.
      for (const item of group) await this.#settle([item]);
    }
  }
}
