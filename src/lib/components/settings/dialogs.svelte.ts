import { createContext } from "svelte";

/** What is open above the page, one at a time. The last one gives the focus back to where it was before the first. */
export class Dialogs {
  current = $state<"settings" | "shortcuts" | null>(null);
  #before: Element | null = null;

  open = (name: "settings" | "shortcuts") => {
    this.#before ??= document.activeElement;
    this.current = name;
  };

  close = () => {
    this.current = null;
    if (this.#before instanceof HTMLElement && this.#before.isConnected) this.#before.focus();
    this.#before = null;
  };
}

export const [getDialogs, setDialogs] = createContext<Dialogs>();
