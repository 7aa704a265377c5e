import { vi } from "vitest";

/** What a page finds around it: a connection, and a storage that outlives the page. `vi.unstubAllGlobals` ends it. */
export class FakeBrowser {
  readonly #stored = new Map<string, string>();
  readonly #events = new EventTarget();
  readonly #navigator = { onLine: true };

  constructor() {
    vi.stubGlobal("navigator", this.#navigator);
    vi.stubGlobal("addEventListener", this.#events.addEventListener.bind(this.#events));
    vi.stubGlobal("removeEventListener", this.#events.removeEventListener.bind(this.#events));
    vi.stubGlobal("localStorage", this.#storage());
  }

  get stored(): string[] {
    return [...this.#stored.keys()];
  }

  store(key: string, value: string) {
    this.#stored.set(key, value);
  }

  goOffline() {
    this.#navigator.onLine = false;
  }

  goOnline() {
    this.#navigator.onLine = true;
    this.#events.dispatchEvent(new Event("online"));
  }

  /** As a private window may do. */
  refuseStorage() {
    const refuse = () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    };
    vi.stubGlobal("localStorage", { getItem: refuse, setItem: refuse, removeItem: refuse, key: refuse, length: 1 });
  }

  #storage() {
    const stored = this.#stored;
    return {
      get length() {
        return stored.size;
      },
      key: (at: number) => [...stored.keys()][at] ?? null,
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
      removeItem: (key: string) => stored.delete(key),
    };
  }
}
