import { tick } from "svelte";

/** At the bottom within this distance, the view follows what is written. */
const AT_BOTTOM = 2;
/** Going up by this much is a decision to read, and ends following in the same frame. */
const UPWARD = 3;
/** Coming down this close to the end is a decision to follow again. */
const NEAR_BOTTOM = 24;
/** Opens and closes something in the conversation itself, unlike the button of a menu. */
const DISCLOSURE = "[aria-expanded]:not([aria-haspopup])";

/** The least space above a row that is shown. */
const ABOVE = 24;

/** The place that stays while the list changes: a row's top, or its end when its top is above the screen. */
interface Held {
  find: () => Element | null;
  edge: "top" | "bottom";
  /** Null: the row is in the middle of the screen. */
  at: number | null;
}

/**
 * Keeps a growing conversation at its end unless the person reads further up. What moved the view is told from the
 * position we left it at, never from timers. One observer, attached to the scroller whose first child is the content.
 */
export class ScrollController {
  isFollowing = $state(true);
  #scroller: HTMLElement | null = null;
  #left = 0;
  #wheeled = 0;
  #held: Held | null = null;

  attach = (scroller: HTMLElement) => {
    this.#scroller = scroller;
    const content = scroller.firstElementChild;
    // Runs after layout and before paint: what grows is followed within the frame that shows it.
    const observer = new ResizeObserver(() => this.#settle());
    observer.observe(scroller);
    if (content) observer.observe(content);

    const onscroll = () => this.#moved();
    const onwheel = (event: WheelEvent) => this.#wheel(event.deltaY);
    const onclick = (event: Event) => this.#disclosed(event.target);
    const onresize = () => this.#settle();
    scroller.addEventListener("scroll", onscroll, { passive: true });
    scroller.addEventListener("wheel", onwheel, { passive: true });
    scroller.addEventListener("click", onclick);
    visualViewport?.addEventListener("resize", onresize);
    this.#follow();

    return () => {
      observer.disconnect();
      scroller.removeEventListener("scroll", onscroll);
      scroller.removeEventListener("wheel", onwheel);
      scroller.removeEventListener("click", onclick);
      visualViewport?.removeEventListener("resize", onresize);
      this.#scroller = null;
    };
  };

  toEnd() {
    this.#held = null;
    this.#makeRoom(0);
    this.isFollowing = true;
    this.#follow();
  }

  /**
   * Changes the list and leaves a row, or the one that takes its place, where it is on the screen: until the person
   * scrolls, also while what belongs to the change is still arriving.
   */
  async keep(find: () => Element | null, change: () => void): Promise<void> {
    const box = find()?.getBoundingClientRect();
    const screen = this.#scroller?.getBoundingClientRect();
    change();
    if (!box || !screen) return;
    const edge = box.top >= screen.top ? "top" : "bottom";
    const held: Held = { find, edge, at: box[edge] };
    this.#held = held;
    this.isFollowing = false;
    await tick();
    if (this.#held === held) this.#hold(held);
  }

  /** Brings a row to the middle of the screen and keeps it there until the person scrolls; of a long one, its beginning. */
  show(find: () => Element | null) {
    this.#makeRoom(0);
    this.isFollowing = false;
    this.#held = { find, edge: "top", at: null };
    this.#hold(this.#held);
  }

  /** Who opens something reads from its top: the button stays where it was pressed. Heard before anything has opened. */
  #disclosed(target: EventTarget | null) {
    const button = target instanceof Element ? target.closest(DISCLOSURE) : null;
    if (button)
      void this.keep(
        () => button,
        () => {},
      );
  }

  #settle() {
    if (this.#held) this.#hold(this.#held);
    else this.#follow();
  }

  #hold({ find, edge, at }: Held) {
    const scroller = this.#scroller;
    const box = find()?.getBoundingClientRect();
    if (!scroller || !box) return;
    const top = Math.max(0, scroller.scrollTop + box[edge] - (at ?? middle(box, scroller)));
    // What is shorter than before would pull the row down: the room below it stays until something fills it.
    if (at !== null) this.#makeRoom(top + scroller.clientHeight);
    scroller.scrollTop = top;
    this.#left = scroller.scrollTop;
    this.isFollowing = this.#toEnd(scroller) <= AT_BOTTOM;
  }

  #makeRoom(height: number) {
    const content = this.#scroller?.firstElementChild;
    if (content instanceof HTMLElement) content.style.minHeight = height === 0 ? "" : `${height}px`;
  }

  #toEnd(scroller: HTMLElement) {
    return scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
  }

  #follow() {
    if (!this.isFollowing || !this.#scroller) return;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#left = this.#scroller.scrollTop;
  }

  #moved() {
    const scroller = this.#scroller;
    if (!scroller) return;
    const top = scroller.scrollTop;
    const toEnd = this.#toEnd(scroller);
    if (this.#held && Math.abs(top - this.#left) >= UPWARD) this.#held = null;
    if (this.isFollowing) {
      // The end is asked for first: content that shrinks moves the view up as well, and nobody meant anything by it.
      if (toEnd > AT_BOTTOM && top <= this.#left - UPWARD) this.isFollowing = false;
    } else if (toEnd <= AT_BOTTOM || (top > this.#left && toEnd <= NEAR_BOTTOM)) {
      this.isFollowing = true;
    }
    this.#left = top;
  }

  /** A slow wheel moves one pixel at a time, and following would take back each of them before the third. */
  #wheel(deltaY: number) {
    if (deltaY >= 0) {
      this.#wheeled = 0;
      return;
    }
    this.#wheeled -= deltaY;
    const scroller = this.#scroller;
    const canMove = scroller !== null && scroller.scrollHeight > scroller.clientHeight;
    if (this.#wheeled >= UPWARD && canMove) {
      this.#wheeled = 0;
      this.isFollowing = false;
    }
  }
}

/** Where a row begins that stands in the middle of the screen. */
function middle(row: DOMRect, scroller: Element): number {
  const screen = scroller.getBoundingClientRect();
  return screen.top + Math.max(ABOVE, (screen.height - row.height) / 2);
}
