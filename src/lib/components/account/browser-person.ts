/** Whoever uses this browser, as its pages know them. */
interface BrowserPerson {
  id: string;
  isGuest: boolean;
}

const KEY = "skein:person";
/** What people write is kept under these, until it has arrived. */
const WRITTEN = ["skein:draft:", "skein:waiting:"];

/**
 * Before anything that is kept is read: what somebody wrote who had an account here is not the next one's to see. A guest
 * who signs in takes it along.
 */
export function settle({ id, isGuest }: BrowserPerson): void {
  const before = read();
  try {
    if (before && !before.isGuest && before.id !== id) for (const key of written()) localStorage.removeItem(key);
    localStorage.setItem(KEY, JSON.stringify({ id, isGuest } satisfies BrowserPerson));
  } catch {
    // Storage is refused, so there is nothing in it.
  }
}

/** Calls back when another tab of this browser is somebody else's by now: this page would go on showing what it has. */
export function watch({ id, isGuest }: BrowserPerson, onchange: () => void): () => void {
  const look = ({ key }: StorageEvent) => {
    if (key !== KEY) return;
    const now = read();
    if (now && (now.id !== id || now.isGuest !== isGuest)) onchange();
  };
  addEventListener("storage", look);
  return () => removeEventListener("storage", look);
}

function written(): string[] {
  const keys = Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at) ?? "");
  return keys.filter((key) => WRITTEN.some((prefix) => key.startsWith(prefix)));
}

function read(): BrowserPerson | undefined {
  try {
    const { id, isGuest } = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<BrowserPerson>;
    return typeof id === "string" && typeof isGuest === "boolean" ? { id, isGuest } : undefined;
  } catch {
    return undefined;
  }
}
