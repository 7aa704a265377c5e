import { tick } from "svelte";
import { DECISION, watchIntent } from "./scroll-intent.ts";

/** At the bottom within this distance, the view follows what is written. */
const AT_BOTTOM = 2;
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
  /** Where on the screen that edge is to be. */
  at: (row: DOMRect, screen: DOMRect) => number;
  /**
   * What is shorter than before would pull the row down: room below it stays until something fills it. `until-full`:
   * from then on the end is followed.
   */
  room: "none" | "kept" | "until-full";
}

/** The row of the transcript that stands there in the path, from 0. */
export const rowAt = (place: number) => document.querySelector(`[role=log] [data-place="${place}"]`);

/**
 * Keeps a growing conversation at its end unless the person reads further up. What moved the view is told from the
 * position we left it at and from what the person does, never from timers. One observer, attached to the scroller; in it
 * is the room, which may be higher than the content in it.
 */
export class ScrollController {
  /** What is new comes below the screen, and the view does not follow it. */
  isAway = $state(false);
  #isFollowing = true;
  #scroller: HTMLElement | null = null;
  #left = 0;
  /** Where the view would be at the end, when we last looked: somebody who goes there means that one. */
  #end = 0;
  #held: Held | null = null;

  attach = (scroller: HTMLElement) => {
    this.#scroller = scroller;
    // Runs after layout and before paint: what grows is followed within the frame that shows it.
    const observer = new ResizeObserver(() => this.#settle());
    observer.observe(scroller);
    if (this.#content) observer.observe(this.#content);

    const onscroll = () => this.#moved();
    const onclick = (event: Event) => this.#disclosed(event.target);
    const onresize = () => this.#settle();
    scroller.addEventListener("scroll", onscroll, { passive: true });
    scroller.addEventListener("click", onclick);
    visualViewport?.addEventListener("resize", onresize);
    const unwatch = watchIntent(scroller, (by) => this.#decided(by));
    this.#settle();

    return () => {
      observer.disconnect();
      scroller.removeEventListener("scroll", onscroll);
      scroller.removeEventListener("click", onclick);
      visualViewport?.removeEventListener("resize", onresize);
      unwatch();
      this.#scroller = null;
    };
  };

  toEnd() {
    this.#held = null;
    this.#makeRoom(0);
    this.#isFollowing = true;
    this.#settle();
  }

  /**
   * Brings what was just asked to the top, with room below for the answer. Nothing moves while the answer fills it; the
   * end of a longer one is followed. Of a question that is high itself, the end is shown.
   */
  toTop(find: () => Element | null) {
    const at = (row: DOMRect, screen: DOMRect) => screen.top + Math.min(ABOVE, screen.height / 2 - row.height);
    this.#isFollowing = true;
    this.#held = { find, edge: "top", at, room: "until-full" };
    this.#settle();
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
    const held: Held = { find, edge, at: () => box[edge], room: "kept" };
    this.#held = held;
    this.#isFollowing = false;
    await tick();
    if (this.#held === held) this.#settle();
  }

  /** Brings a row to the middle of the screen and keeps it there until the person scrolls; of a long one, its beginning. */
  show(find: () => Element | null) {
    const at = (row: DOMRect, screen: DOMRect) => screen.top + Math.max(ABOVE, (screen.height - row.height) / 2);
    this.#makeRoom(0);
    this.#isFollowing = false;
    this.#held = { find, edge: "top", at, room: "none" };
    this.#settle();
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
    if (!this.#scroller) return;
    if (this.#held) this.#hold(this.#scroller, this.#held);
    this.#follow(this.#scroller);
    this.#left = this.#scroller.scrollTop;
    this.#look();
  }

  #hold(scroller: HTMLElement, { find, edge, at, room }: Held) {
    const row = find()?.getBoundingClientRect();
    if (!row) return;
    const top = Math.max(0, scroller.scrollTop + row[edge] - at(row, scroller.getBoundingClientRect()));
    if (room !== "none") this.#makeRoom(top + scroller.clientHeight);
    scroller.scrollTop = top;
    if (room !== "until-full") this.#isFollowing = false;
    else if (this.#toEnd > 0) this.#held = null;
  }

  /** Room that is left below the end stays: what is written moves the view, and nothing else. */
  #follow(scroller: HTMLElement) {
    if (this.#isFollowing && this.#toEnd > 0) scroller.scrollTop += this.#toEnd;
  }

  #makeRoom(height: number) {
    const room = this.#scroller?.firstElementChild;
    if (room instanceof HTMLElement) room.style.minHeight = height === 0 ? "" : `${height}px`;
  }

  get #content() {
    return this.#scroller?.firstElementChild?.firstElementChild;
  }

  /** How far below the screen the content ends; below 0: there is room. */
  get #toEnd() {
    const end = this.#content?.getBoundingClientRect().bottom ?? 0;
    return end - (this.#scroller?.getBoundingClientRect().bottom ?? 0);
  }

  #moved() {
    const scroller = this.#scroller;
    if (!scroller) return;
    const by = scroller.scrollTop - this.#left;
    if (Math.abs(by) >= DECISION) this.#held = null;
    const canGoDown = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop > AT_BOTTOM;
    // Content that shrinks moves the view up as well, and nobody meant anything by it: then there is nothing below.
    if (by <= -DECISION && canGoDown) this.#isFollowing = false;
    else if (by > 0 && Math.min(this.#end - scroller.scrollTop, this.#toEnd) <= NEAR_BOTTOM) this.#isFollowing = true;
    // Room that nobody sees is not missed.
    if (!this.#held && this.#toEnd >= 0) this.#makeRoom(0);
    this.#left = scroller.scrollTop;
    this.#look();
  }

  /** The end may have moved on when a smooth movement gets to where it was: what would lead there means the end. */
  #decided(by: number) {
    const scroller = this.#scroller;
    if (!scroller || (by < 0 && scroller.scrollTop === 0) || (by > 0 && this.#held?.room === "until-full")) return;
    this.#held = null;
    this.#isFollowing = by > 0 && (this.#isFollowing || this.#toEnd <= Math.max(by, NEAR_BOTTOM));
    this.#settle();
  }

  #look() {
    this.#end = this.#left + this.#toEnd;
    this.isAway = !this.#isFollowing && this.#toEnd > AT_BOTTOM;
  }
}
