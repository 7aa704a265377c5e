/** At the bottom within this distance, the view follows what is written. */
const AT_BOTTOM = 2;
/** Going up by this much is a decision to read, and ends following in the same frame. */
const UPWARD = 3;
/** Coming down this close to the end is a decision to follow again. */
const NEAR_BOTTOM = 24;

/**
 * Keeps a growing conversation at its end unless the person reads further up. What moved the view is told from the
 * position we left it at, never from timers. One observer, attached to the scroller whose first child is the content.
 */
export class ScrollController {
  isFollowing = $state(true);
  #scroller: HTMLElement | null = null;
  #left = 0;
  #wheeled = 0;

  attach = (scroller: HTMLElement) => {
    this.#scroller = scroller;
    const content = scroller.firstElementChild;
    // Runs after layout and before paint: what grows is followed within the frame that shows it.
    const observer = new ResizeObserver(() => this.#follow());
    observer.observe(scroller);
    if (content) observer.observe(content);

    const onscroll = () => this.#moved();
    const onwheel = (event: WheelEvent) => this.#wheel(event.deltaY);
    const onresize = () => this.#follow();
    scroller.addEventListener("scroll", onscroll, { passive: true });
    scroller.addEventListener("wheel", onwheel, { passive: true });
    visualViewport?.addEventListener("resize", onresize);
    this.#follow();

    return () => {
      observer.disconnect();
      scroller.removeEventListener("scroll", onscroll);
      scroller.removeEventListener("wheel", onwheel);
      visualViewport?.removeEventListener("resize", onresize);
      this.#scroller = null;
    };
  };

  toEnd() {
    this.isFollowing = true;
    this.#follow();
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
    const toEnd = scroller.scrollHeight - scroller.clientHeight - top;
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
