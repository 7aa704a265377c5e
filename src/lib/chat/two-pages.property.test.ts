import fc from "fast-check";
import { expect, it } from "vitest";
import type { SkeinMessage } from "../tools/message.ts";
import { PlainChat } from "./testing/plain-chat.ts";
import { PlainPage } from "./testing/plain-page.ts";

const SEED = 20_261_128;

type Step =
  | { type: "send" | "deliver" | "ask" | "answer" | "load" | "disconnect"; page: 0 | 1 }
  | { type: "read"; page: 0 | 1; records: number }
  | { type: "loaded"; page: 0 | 1; which: number }
  /** Both pages send before either hears of the other. */
  | { type: "send-both" }
  | { type: "advance"; steps: number }
  | { type: "announce" }
  | { type: "die" };

const page = fc.constantFrom(0 as const, 1 as const);
const onPage = <Type extends Step["type"]>(type: Type) =>
  fc.record({ type: fc.constant(type), page }) as fc.Arbitrary<Step>;
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: onPage("send") },
  { weight: 1, arbitrary: fc.constant<Step>({ type: "send-both" }) },
  { weight: 4, arbitrary: onPage("deliver") },
  { weight: 6, arbitrary: fc.record({ type: fc.constant("advance" as const), steps: fc.integer({ min: 1, max: 9 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant("read" as const), page, records: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 3, arbitrary: fc.constant<Step>({ type: "announce" }) },
  { weight: 4, arbitrary: onPage("ask") },
  { weight: 4, arbitrary: onPage("answer") },
  { weight: 1, arbitrary: onPage("load") },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("loaded" as const), page, which: fc.nat(5) }) },
  { weight: 1, arbitrary: onPage("disconnect") },
  { weight: 1, arbitrary: fc.constant<Step>({ type: "die" }) },
);

/** Long ones: fast-check by itself prefers a handful of steps, in which hardly anything meets. */
const steps = fc.array(step, { maxLength: 80, size: "max" });

const read = (messages: SkeinMessage[]) =>
  messages.map(({ id, parts }) => `${id}=${parts.map((part) => (part.type === "text" ? part.text : "")).join("")}`);

/** Two pages of one chat, and how many messages they have sent. */
class World {
  readonly chat = new PlainChat();
  readonly pages = [new PlainPage(this.chat), new PlainPage(this.chat)] as const;
  sent = 0;

  take(step: Step) {
    const { pages, chat } = this;
    if (step.type === "send") this.#send(pages[step.page]);
    else if (step.type === "send-both") pages.forEach((page) => this.#send(page));
    else if (step.type === "advance") for (let n = 0; n < step.steps; n++) chat.advance();
    else if (step.type === "announce") for (const page of pages) page.wantsLook = true;
    else if (step.type === "die") chat.die();
    else if (step.type === "read") for (let n = 0; n < step.records; n++) pages[step.page].read();
    else if (step.type === "loaded") pages[step.page].loaded(step.which);
    else pages[step.page][step.type]();
  }

  /** Everything that is on its way arrives, and the pages look as often as they want to. */
  settle() {
    for (let round = 0; round < 50; round++) {
      for (const page of this.pages) while (page.deliver());
      while (this.chat.advance());
      for (const page of this.pages) {
        page.loaded(0);
        page.answer();
        page.ask();
        page.answer();
        while (page.read());
      }
      // What was stored is announced.
      if (round < 3) for (const page of this.pages) page.wantsLook = true;
      else if (this.pages.every((page) => page.isIdle && page.turn === null)) return;
    }
  }

  #send(page: PlainPage) {
    page.send(`m${++this.sent}`);
  }
}

it("two pages show what is stored in the end, whatever came in which order", { timeout: 20_000 }, () => {
  fc.assert(
    fc.property(steps, (taken) => {
      const world = new World();
      for (const step of taken) world.take(step);
      world.settle();
      const stored = read(world.chat.stored);
      for (const page of world.pages) {
        expect(read(page.shown)).toEqual(stored);
        expect(page.isRunning).toBe(false);
        expect(page.turn).toBeNull();
      }
      // Each message once, followed by its answer.
      expect(stored).toHaveLength(2 * world.sent);
      const questions = world.chat.stored.filter(({ role }) => role === "user").map(({ id }) => id);
      expect([...questions].sort()).toEqual(Array.from({ length: world.sent }, (_, at) => `m${at + 1}`).sort());
      questions.forEach((id, at) => expect(stored[2 * at + 1]).toMatch(new RegExp(`:${id}$`)));
    }),
    { seed: SEED, numRuns: 500 },
  );
});

it(
  "no page ever loses what was sent from it, shows a message twice, or an answer that is another one's in part or place",
  { timeout: 20_000 },
  () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const world = new World();
        for (const step of taken) {
          world.take(step);
          for (const { shown, sent } of world.pages) {
            const ids = shown.map(({ id }) => id);
            expect(ids).toEqual([...new Set(ids)]);
            expect(ids).toEqual(expect.arrayContaining(sent));
            for (const [at, line] of read(shown).entries()) {
              if (shown[at]?.role === "user") continue;
              expect(line).toMatch(/^a(\d+)=(\1:(m\d+)?)?$/);
              expect(shown[at - 1]?.id).toBe(/m\d+$/.exec(line)?.[0] ?? shown[at - 1]?.id);
            }
          }
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  },
);
