/** What a message does that is sent while a turn runs. */
export type WhileRunning = "steer" | "queue" | "interrupt";

const KEY = "skein:enter";

/** What Enter does while a turn runs; Ctrl+Enter does the other. A setting of this browser. */
export class EnterChoice {
  current = $state<"steer" | "queue">("steer");

  get other(): "steer" | "queue" {
    return this.current === "steer" ? "queue" : "steer";
  }

  /** In the browser, once. */
  restore() {
    try {
      if (localStorage.getItem(KEY) === "queue") this.current = "queue";
    } catch {
      // Storage is refused: the default stays.
    }
  }

  choose(choice: "steer" | "queue") {
    this.current = choice;
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // It holds for this page.
    }
  }
}
