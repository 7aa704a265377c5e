import { createContext } from "svelte";
import type { Picture } from "./pictures.ts";

/** The image that somebody looks at, above the page. What shows it is loaded when one is opened. */
export class Viewer {
  opened = $state.raw<Picture | null>(null);
  #thumbnail: HTMLElement | null = null;

  /** Instead of what a link or a button would do; with a key or another button, browsers open a link as they like. */
  open(event: MouseEvent & { currentTarget: HTMLElement }, picture: Picture): void {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#thumbnail = event.currentTarget;
    this.opened = picture;
  }

  close(): void {
    this.opened = null;
    // Not every browser gives the focus to what is clicked, and so none gets it back.
    this.#thumbnail?.focus({ preventScroll: true });
  }
}

export const [getViewer, setViewer] = createContext<Viewer>();
