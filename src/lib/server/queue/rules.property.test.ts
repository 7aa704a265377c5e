import fc from "fast-check";
import { expect, it } from "vitest";
import {
  arrival,
  MOST_ATTEMPTS,
  nextOut,
  overdue,
  placeAgain,
  reordered,
  SENT_MS,
  waitingOf,
  type Going,
  type QueueChat,
  type Queued,
} from "./rules.ts";

type Step =
  | { do: "queue" | "steer" | "interrupt"; dies: Death }
  | { do: "edit" | "remove" | "steer-now" | "reorder"; at: number; dies: Death }
  | { do: "go-on" | "sweep"; dies: Death }
  | { do: "stop" | "read" | "end" | "fail" | "wait" };

/** When the server that sends dies: before the append, before it could note that down, or not. */
type Death = "before" | "after" | null;

const dies = fc.constantFrom<Death>(null, null, null, "before", "after");
const at = fc.nat(20);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("queue", "queue", "steer", "interrupt"), dies }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("edit", "remove", "steer-now", "reorder"), at, dies }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("go-on", "sweep", "sweep"), dies }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom("stop", "read", "read", "end", "end", "fail", "wait") }) },
);

/** A chat whose database, dispatcher and agent are a few fields; what is decided, the rules decide. */
class World {
  now = 0;
  rows: (Queued & Pick<Going, "steers"> & { text: string; sentAt: number })[] = [];
  status: QueueChat["status"] = "idle";
  isPaused = false;
  isStopRequested = false;
  answering: string | null = null;
  quietSince = 0;
  /** What is on `.in` and not read yet. */
  input: { id: string; text: string; steers: string | null }[] = [];
  /** The conversation: what became a message, in that order. */
  stored = new Map<string, string>();
  removed = new Set<string>();
  texts = new Map<string, string>();
  #made = 0;

  chat(): QueueChat {
    return {
      ...{ status: this.status, first_turn: "done", head_id: "head", answering_id: this.answering },
      queue_paused_at: this.isPaused ? new Date(0) : null,
      stop_requested_at: this.isStopRequested ? new Date(0) : null,
      quiet_ms: this.now - this.quietSince,
    };
  }

  seen(): Queued[] {
    return this.rows.map((row) => ({ ...row, sent_ms: row.state === "waiting" ? null : this.now - row.sentAt }));
  }

  row(id: string) {
    const row = this.rows.find((row) => row.id === id);
    if (!row) throw new Error(`${id} is not in the queue.`);
    return row;
  }

  waiting(at: number) {
    const waiting = waitingOf(this.rows);
    return waiting[at % Math.max(1, waiting.length)];
  }

  add(kind: "queue" | "steer" | "interrupt", dies: Death) {
    const id = `${kind[0]}${++this.#made}`;
    const came = arrival(this.chat(), this.seen(), { id, kind });
    if (waitingOf(this.rows).length === 0) this.isPaused = false;
    const { position, kind: as } = came;
    this.rows.push({
      id,
      position,
      kind: as,
      state: "waiting",
      attempts: 0,
      stops: null,
      steers: null,
      sent_ms: null,
      sentAt: 0,
      text: id,
    });
    this.texts.set(id, id);
    expect(waitingOf(this.rows).at(kind === "interrupt" ? 0 : -1)?.id).toBe(id);
    if (came.endsTurn) this.isStopRequested = true;
    if (came.going) this.send(came.going, dies);
    this.dispatch(dies);
  }

  dispatch(dies: Death, options?: { evenFailed: boolean }) {
    for (const going of nextOut(this.chat(), this.seen(), options)) {
      const waiting = waitingOf(this.rows);
      if (going.steers === null) {
        expect(going.id).toBe(waiting[0]?.id);
        expect(this.rows.every((row) => row.state === "waiting")).toBe(true);
        expect(this.status).not.toBe("running");
      }
      this.send(going, dies);
    }
    if (waitingOf(this.rows).length === 0) this.isPaused = false;
  }

  send({ id, steers, stops }: Pick<Going, "id" | "steers" | "stops">, dies: Death) {
    const row = this.row(id);
    Object.assign(row, { steers, stops, kind: steers === null ? "queue" : "steer" });
    this.append(row, dies);
  }

  append(row: World["rows"][number], dies: Death) {
    Object.assign(row, { state: "sending", sentAt: this.now, attempts: row.attempts + 1 });
    if (dies === "before") return;
    this.input.push({ id: row.id, text: row.text, steers: row.steers });
    if (dies === null) row.state = "sent";
  }

  sweep(dies: Death) {
    const rows = this.seen().sort((a, b) => a.position - b.position);
    for (const [at, { id }] of rows.entries()) {
      const row = this.row(id);
      const step = overdue(this.chat(), { ...row, sent_ms: row.state === "waiting" ? null : this.now - row.sentAt });
      if (step === "again") this.append(row, dies);
      if (step === "give-up") {
        Object.assign(row, {
          state: "waiting",
          kind: "queue",
          position: placeAgain(rows, at),
          attempts: 0,
          steers: null,
          stops: null,
        });
        this.isPaused = true;
      }
    }
    this.dispatch(dies);
  }

  /** The agent reads the next record: one that steers the turn that runs is in it, any other is a turn of its own. */
  read() {
    const next = this.input[0];
    if (!next) return;
    const isSteer = this.status === "running" && next.steers !== null && next.steers === this.answering;
    if (this.status === "running" && !isSteer) return;
    this.input.shift();
    // The agent knows the id: nothing happens.
    if (this.stored.has(next.id)) return;
    this.stored.set(next.id, next.text);
    this.rows = this.rows.filter((row) => row.id !== next.id);
    if (!isSteer) Object.assign(this, { status: "running", answering: next.id });
  }

  end(status: "idle" | "failed") {
    if (this.status !== "running") return;
    Object.assign(this, { status, answering: null, isStopRequested: false, quietSince: this.now });
  }

  do(step: Step) {
    switch (step.do) {
      case "queue":
      case "steer":
      case "interrupt":
        return this.add(step.do, step.dies);
      case "edit": {
        const row = this.waiting(step.at);
        if (!row) return;
        row.text = `${row.text}'`;
        return void this.texts.set(row.id, row.text);
      }
      case "remove": {
        const row = this.waiting(step.at);
        if (!row) return;
        this.removed.add(row.id);
        this.rows = this.rows.filter(({ id }) => id !== row.id);
        return this.dispatch(step.dies);
      }
      case "steer-now": {
        const row = this.waiting(step.at);
        if (row && this.status === "running") row.kind = "steer";
        return this.dispatch(step.dies);
      }
      case "reorder": {
        const before = waitingOf(this.rows).map(({ id }) => id);
        const order = [...before.slice(step.at % 5), "unknown"].reverse();
        for (const [id, position] of reordered(this.seen(), order) ?? []) this.row(id).position = position;
        const named = order.filter((id) => before.includes(id));
        if (named.length > 0)
          expect(waitingOf(this.rows).map(({ id }) => id)).toEqual([
            ...named,
            ...before.filter((id) => !named.includes(id)),
          ]);
        return this.dispatch(step.dies);
      }
      case "stop":
        if (this.status !== "running") return;
        this.isStopRequested = true;
        this.isPaused ||= waitingOf(this.rows).length > 0;
        return this.end("idle");
      case "go-on":
        this.isPaused = false;
        return this.dispatch(step.dies, { evenFailed: true });
      case "sweep":
        return this.sweep(step.dies);
      case "read":
        return this.read();
      case "end":
        return this.end("idle");
      case "fail":
        return this.end("failed");
      case "wait":
        this.now += SENT_MS;
    }
  }

  /** Never two on their way that would each be a turn, but for an interruption, which does not wait for its turn. */
  check() {
    const turns = this.rows.filter((row) => row.state !== "waiting" && row.steers === null && !row.id.startsWith("i"));
    expect(turns.length).toBeLessThanOrEqual(1);
    const positions = waitingOf(this.rows).map((row) => row.position);
    expect(new Set(positions).size).toBe(positions.length);
    for (const id of this.removed) expect(this.stored.has(id)).toBe(false);
  }
}

it("brings every message into the conversation once, in its order and its last words, whoever dies meanwhile", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const world = new World();
      for (const step of steps) {
        world.do(step);
        world.check();
      }
      // From here on nobody dies, the person goes on, and turns end well.
      const last = waitingOf(world.rows).map(({ id }) => id);
      for (let round = 0; world.rows.length > 0; round++) {
        expect(round).toBeLessThan((MOST_ATTEMPTS + 1) * 200);
        world.do({ do: "go-on", dies: null });
        world.do({ do: "read" });
        world.do({ do: "end" });
        world.do({ do: "wait" });
        world.do({ do: "sweep", dies: null });
        world.check();
      }
      const order = [...world.stored.keys()];
      expect(order.filter((id) => last.includes(id))).toEqual(last);
      expect(new Set([...order, ...world.removed])).toEqual(new Set(world.texts.keys()));
      for (const [id, text] of world.stored) expect(text).toBe(world.texts.get(id));
    }),
    { numRuns: 300 },
  );
});
