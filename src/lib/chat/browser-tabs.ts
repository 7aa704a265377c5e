import type { Tabs } from "./shared-feed.ts";

/**
 * The tabs of this browser that go by the same name. Null where a browser offers no Web Locks (they need a secure
 * context, which plain http at an address of the local network is not) or no BroadcastChannel.
 */
export function browserTabs(name: string): Tabs | null {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks || typeof BroadcastChannel === "undefined") return null;
  return {
    // The lock of a tab that is closed, or crashes, goes to the one that has waited longest.
    elect(onelected) {
      const withdrawal = new AbortController();
      let resign = () => {};
      const untilResigned = new Promise<void>((resolve) => (resign = resolve));
      locks
        .request(name, { signal: withdrawal.signal }, () => {
          if (withdrawal.signal.aborted) return;
          onelected();
          return untilResigned;
        })
        // Withdrawn, or refused where a page may not keep anything: then another leads, or nobody is heard.
        .catch(() => {});
      return () => {
        withdrawal.abort();
        resign();
      };
    },
    join(onmessage) {
      const channel = new BroadcastChannel(name);
      channel.onmessage = ({ data }) => onmessage(data);
      return {
        post: (message) => channel.postMessage(message),
        leave: () => channel.close(),
      };
    },
  };
}
