export const THEMES = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof THEMES)[number];

const KEY = "skein:theme";

/** The theme that was chosen, for all pages of this browser. The script in app.html applies it, before the first paint. */
export class Theme {
  choice = $state<ThemeChoice>("system");

  /** In the browser, once: knows what is chosen, on whichever page, until the returned function is called. */
  follow(): () => void {
    const read = () => {
      this.choice = THEMES.find((it) => it === document.documentElement.dataset.themeChoice) ?? "system";
    };
    read();
    addEventListener(KEY, read);
    addEventListener("storage", read);
    return () => {
      removeEventListener(KEY, read);
      removeEventListener("storage", read);
    };
  }

  choose(choice: ThemeChoice) {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // Private windows may refuse storage: there, the system's theme stays.
    }
    dispatchEvent(new Event(KEY));
  }
}
