import { isPlainKey } from "../keyboard/plain-key.ts";

/** Moving by this much, in pixels, is a decision. */
export const DECISION = 3;

/** How far a key goes, about. */
const KEYS: Partial<Record<string, number>> = {
  ...{ ArrowUp: -40, PageUp: -500, Home: -Infinity },
  ...{ ArrowDown: 40, PageDown: 500, End: Infinity },
};

/**
 * Tells how far a person begins to move a view, up when below 0: by wheel, finger or keys. Browsers smooth such a movement,
 * and a slow one goes a pixel at a time: whoever waits for the view to have moved takes back each pixel before the third.
 */
export function watchIntent(scroller: HTMLElement, decided: (by: number) => void): () => void {
  let sum = 0;
  let finger = 0;

  function add(delta: number, { target }: Event) {
    // Another one inside it moves first.
    if (target instanceof Element && target.closest("[role=log]") !== scroller) return;
    sum = delta * sum < 0 ? delta : sum + delta;
    if (Math.abs(sum) < DECISION) return;
    decided(sum);
    sum = 0;
  }

  const listeners = {
    wheel: (event: WheelEvent) => add(event.deltaY, event),
    touchstart(event: TouchEvent) {
      sum = 0;
      finger = event.touches[0]?.clientY ?? 0;
    },
    touchmove(event: TouchEvent) {
      const { clientY = finger } = event.touches[0] ?? {};
      add(finger - clientY, event);
      finger = clientY;
    },
    keydown(event: KeyboardEvent) {
      const by = KEYS[event.key];
      if (by !== undefined && isPlainKey(event)) decided(by);
    },
  };
  for (const [name, listener] of Object.entries(listeners))
    scroller.addEventListener(name, listener as EventListener, { passive: true });
  return () => {
    for (const [name, listener] of Object.entries(listeners))
      scroller.removeEventListener(name, listener as EventListener);
  };
}
