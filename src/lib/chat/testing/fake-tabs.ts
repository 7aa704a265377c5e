import type { SourceListener } from "../connection.ts";
import { SharedFeed, type Tabs } from "../shared-feed.ts";

/** A server, and tabs of one browser that listen to it. Everything between them takes a millisecond of the faked timers. */
export class FakeBrowser {
  readonly tabs: FakeTab[] = [];
  /** The first of them leads. */
  readonly queue: { tab: FakeTab; onelected: () => void }[] = [];
  isServerDown = false;

  open({ canShare = true, isVisible = true } = {}): FakeTab {
    const tab = new FakeTab(this, canShare);
    this.tabs.push(tab);
    tab.feed.start(isVisible);
    return tab;
  }

  get connections(): number {
    return this.tabs.flatMap(({ sources }) => [...sources]).length;
  }

  /** The server tells everybody who is connected. */
  announce(event: string) {
    for (const tab of this.tabs) for (const source of tab.sources) tab.run(() => source.ondata(JSON.stringify(event)));
  }

  /** The connections break, and browsers do not restore them. */
  breakConnections() {
    for (const tab of this.tabs) {
      const broken = [...tab.sources];
      tab.sources.clear();
      for (const source of broken) tab.run(() => source.onlost(true));
    }
  }

  nextLeader() {
    const [next] = this.queue;
    next?.tab.run(() => this.queue.includes(next) && next.onelected());
  }
}

export class FakeTab {
  readonly heard: string[] = [];
  readonly sources = new Set<SourceListener>();
  readonly feed: SharedFeed<string>;
  isConnected = false;
  onmessage: ((message: unknown) => void) | undefined;
  readonly #browser: FakeBrowser;
  #frozen: (() => void)[] | undefined;

  constructor(browser: FakeBrowser, canShare: boolean) {
    this.#browser = browser;
    this.feed = new SharedFeed<string>({
      connect: (listener) => this.#connect(listener),
      tabs: canShare ? this.#tabs() : null,
      clock: { now: () => Date.now(), after: (ms, run) => this.#after(ms, run) },
      onevent: (event) => this.heard.push(event),
      onresync: () => this.heard.push("resync"),
      onconnected: (isConnected) => (this.isConnected = isConnected),
    });
  }

  /** A millisecond later, or once the page is not frozen any more. */
  run(task: () => void) {
    setTimeout(() => (this.#frozen ? this.#frozen.push(task) : task()), 1);
  }

  freeze() {
    this.#frozen = [];
  }

  thaw() {
    const tasks = this.#frozen ?? [];
    this.#frozen = undefined;
    for (const task of tasks) task();
  }

  /** The browser frees what it held, and nothing of its own runs any more. */
  crash() {
    this.freeze();
    this.sources.clear();
    this.onmessage = undefined;
    this.#leaveQueue();
  }

  #after(ms: number, run: () => void) {
    const timer = setTimeout(() => (this.#frozen ? this.#frozen.push(run) : run()), ms);
    return () => clearTimeout(timer);
  }

  #connect(listener: SourceListener) {
    const { isServerDown } = this.#browser;
    if (!isServerDown) this.sources.add(listener);
    this.run(() => (isServerDown ? listener.onlost(true) : listener.onopen()));
    return () => void this.sources.delete(listener);
  }

  #tabs(): Tabs {
    const { queue, tabs } = this.#browser;
    return {
      elect: (onelected) => {
        queue.push({ tab: this, onelected });
        if (queue.length === 1) this.#browser.nextLeader();
        return () => this.#leaveQueue();
      },
      join: (onmessage) => {
        this.onmessage = onmessage;
        return {
          post: (message) => {
            for (const tab of tabs) if (tab !== this) tab.run(() => tab.onmessage?.(structuredClone(message)));
          },
          leave: () => (this.onmessage = undefined),
        };
      },
    };
  }

  #leaveQueue() {
    const { queue } = this.#browser;
    const at = queue.findIndex(({ tab }) => tab === this);
    if (at === -1) return;
    queue.splice(at, 1);
    if (at === 0) this.#browser.nextLeader();
  }
}
