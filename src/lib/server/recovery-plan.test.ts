import { describe, expect, it } from "vitest";
import type { CurrentRun } from "./realtime.ts";
import { BOOT_MS, LOOK_MS, MOST_ATTEMPTS, look, startWatch, type Watch } from "./recovery-plan.ts";

const chat = { run_id: "run_1" };
const open = (runId: string | null, isLive: boolean): CurrentRun => ({ session: "open", runId, isLive });

/** Looks again and again, `LOOK_MS` apart. */
function looks(run: (n: number) => CurrentRun, times: number) {
  let watch: Watch = startWatch(0);
  return Array.from({ length: times }, (_, n) => {
    const result = look(watch, chat, run(n), n * LOOK_MS);
    watch = result.watch;
    return result.step;
  });
}

describe("a running chat", () => {
  it("is left alone while its own run lives, however long", () => {
    expect(looks(() => open("run_1", true), 50).every((step) => step === "nothing")).toBe(true);
  });

  it("gets a new run when its own has died, and that one the time to boot", () => {
    expect(looks((n) => (n === 0 ? open("run_1", false) : open("run_2", true)), 3)).toEqual([
      "ensure-run",
      "nothing",
      "nothing",
    ]);
  });

  it("has its question sent once to a run that does not begin", () => {
    const late = 1 + BOOT_MS / LOOK_MS;
    const steps = looks(() => open("run_2", true), late + 20);
    expect(steps.filter((step) => step === "send-question")).toHaveLength(1);
    expect(steps[late - 1]).toBe("send-question");
    expect(steps.slice(late).every((step) => step === "nothing")).toBe(true);
  });

  it("gets a session and its question when there is none", () => {
    expect(looks(() => ({ session: "none" }), 1)).toEqual(["send-question"]);
  });

  it("is given up when its session is closed, or when every run dies", () => {
    expect(looks(() => ({ session: "closed", runId: null, isLive: false }), 1)).toEqual(["give-up"]);
    const steps = looks((n) => open(`run_${n + 2}`, false), MOST_ATTEMPTS + 1);
    expect(steps).toEqual([...Array<string>(MOST_ATTEMPTS).fill("ensure-run"), "give-up"]);
  });
});
