import { Ahead } from "./ahead.ts";
import { DELETED, errorSentence, statusOf } from "./error-sentence.ts";
import { Freshness } from "./freshness.ts";
import type { Outcome } from "./guarded-transport.ts";
import { questionOf } from "./merge-messages.ts";
import { ProblemKeeper } from "./problem.ts";
import { Shown } from "./shown.ts";
import { inputAfter, streamCursor } from "./stream-cursor.ts";
import { decideSync, elsewhereIn, isBefore, isRunningHere, targetOf, type TurnEnded } from "./sync-decision.ts";
import { type Completion, type OpenTurn, TurnReader } from "./turn-reader.ts";
import type { TurnRequest, TurnsParts } from "./turn-request.ts";
import type { ChatPageData } from "./types.ts";

/** The live feed announces what the database says; this is for when it does not. */
const CHECK_MS = 1000;
/** An open stream that is silent for so long is doubted. */
const SILENCE_MS = 5000;
/** For so long the page believes its own eyes when the database still calls a turn running that ended here. */
const ENDED_MS = 8000;

/**
 * The turns of one chat, one request at a time. The database is the truth: `sync` shows it, whatever happened here. The
 * stream only makes it live, and everything that goes wrong with the stream ends in another look at the database.
 */
export class Turns {
  readonly freshness: Freshness;
  readonly shown: Shown;
  readonly problems: ProblemKeeper;
  readonly ahead: Ahead;
  readonly #parts: TurnsParts;
  readonly #reader: TurnReader;
  #data: ChatPageData;
  #ended: TurnEnded | null = null;
  #isLive = false;

  constructor(
    parts: TurnsParts,
    data: ChatPageData,
    reload: (known: ChatPageData) => Promise<ChatPageData | undefined>,
  ) {
    this.#parts = parts;
    this.#data = data;
    this.shown = new Shown(parts.chat, parts.outbox, parts.state);
    this.problems = new ProblemKeeper(parts.outbox, parts.state);
    this.#reader = new TurnReader(parts);
    this.shown.learn(data);
    this.freshness = new Freshness(parts.outage, {
      reload: () => reload(this.#data),
      onfresh: (fresh) => this.#fresh(fresh),
      ongone: () => this.#gone(),
      patience: () =>
        this.#turn?.started && !parts.outage.isDown ? this.#reader.heardAt + SILENCE_MS - Date.now() : 0,
    });
    this.ahead = new Ahead({
      ...{ chat: parts.chat, state: parts.state, shown: this.shown, reader: this.#reader, freshness: this.freshness },
      target: () => this.#turn?.target ?? targetOf(this.#data),
      isRunningHere: () => this.isRunningHere,
      request: (request) => this.request(request),
    });
  }

  get #turn() {
    return this.#reader.turn;
  }

  /** The turn that the person sees run, as far as this page made or reads it. */
  get #current() {
    return this.#turn?.isPast ? null : this.#turn;
  }

  get isReading(): boolean {
    return this.#turn !== null;
  }

  /** A turn of this page's waits for one on another branch. */
  get isWaiting(): boolean {
    const { running, elsewhere } = this.#parts.state;
    return running && elsewhere !== null;
  }

  /** The turn that runs is one of the branch shown. */
  get isRunningHere(): boolean {
    return this.#parts.state.running && !this.isWaiting;
  }

  /** The message the current turn answers. */
  get question(): string | null {
    return this.#turn ? this.#turn.question : questionOf(this.#data.messages);
  }

  /** What the server calls the turn that is to stop: the message it works on, or the attempt of its action. */
  get stoppable(): string | null {
    const turn = this.#current;
    if (turn) return turn.action && "attempt" in turn.action ? turn.action.attempt : turn.target;
    return (this.#data.session.isStreaming ? null : this.#nextHere()) ?? targetOf(this.#data);
  }

  /** From now on requests are made; `sync` alone makes none before. */
  start() {
    if (this.#isLive) return;
    this.#isLive = true;
    this.freshness.start();
    this.sync(this.#data, true);
  }

  /** Reads no more. The run goes on. */
  end() {
    this.#isLive = false;
    this.freshness.stop();
    this.#parts.outage.up("stream", "web");
    this.#parts.transport.detach();
  }

  /** `isNewest`: nobody can have newer data than this. */
  sync(data: ChatPageData, isNewest: boolean) {
    if (!this.#isLive) {
      this.#data = data;
      return;
    }
    // What a move of this page's own leads to comes with its answer, and everything else is from before it.
    if (this.ahead.isHolding) return;
    const decision = decideSync(
      {
        turn: this.#turn,
        ended: this.#ended,
        lastEventId: isNewest ? undefined : this.#data.session.lastEventId,
        now: Date.now(),
      },
      data,
    );
    if (decision === "stale") return this.freshness.within(CHECK_MS);
    // Of two branches at one cursor nobody can tell which is newer.
    if (!isNewest && !isBefore(this.#data.session.lastEventId, data.session.lastEventId) && this.#isAnotherPath(data))
      return void this.freshness.now();
    this.#data = data;
    if (!isNewest) this.freshness.outdate();
    this.shown.learn(data);
    const open = this.#turn?.isLeft ? null : this.#turn;
    this.#parts.state.elsewhere = elsewhereIn(data, open, this.#ended);
    if (!this.#turn) {
      this.#show(data);
      if (decision === "resume") this.#read(data);
      return;
    }
    this.#turn.sawRunning ||= data.session.isStreaming;
    if (decision === "leave") {
      this.#turn.isPast = true;
      this.#reader.leave();
    } else this.freshness.within(SILENCE_MS);
    if (!this.#turn.isLeft) return;
    this.shown.show(this.shown.merged(data), true);
    this.#parts.state.running = isRunningHere(data);
  }

  /** Makes a request of `Chat` and sees it to its end, over as many runs as the turn takes. */
  request({ kind, question, target = question, action, start }: TurnRequest): Promise<void> {
    const { lastEventId } = this.#data.session;
    const turn = { kind, question, target, action, started: false, sawRunning: false, lastEventId };
    this.#ended = this.#ended?.question === question ? null : this.#ended;
    this.#parts.state.running = true;
    if (kind !== "resume") this.problems.clear(action);
    this.freshness.within(SILENCE_MS);
    return this.#reader.read(turn, start, (outcome) => {
      if (this.#isLive) this.#after(turn, outcome);
    });
  }

  /** What the change came to; without it, another look. */
  release(data?: ChatPageData) {
    this.ahead.forget();
    this.#ended = null;
    this.freshness.outdate();
    this.sync(data ?? this.#data, true);
    if (!data) void this.freshness.now();
  }

  /** The person ended the turn. What the database says of it is not believed for a while: it cannot know yet. */
  stopped() {
    this.#reader.isStopping = this.#turn !== null;
    const { question, lastEventId: since } = this.#current ?? {
      question: questionOf(this.#data.messages),
      lastEventId: this.#data.session.lastEventId,
    };
    this.#finish({ question, since, lastEventId: undefined });
  }

  /** Reads no more of the turn that the person ended. */
  letGo() {
    this.#reader.leave();
  }

  onstart(answerId: string | undefined) {
    const { outbox, outage, state } = this.#parts;
    if (this.#turn) this.#turn.started = true;
    outbox.mark(this.question, "answering", Date.now());
    state.recovering = false;
    state.elsewhere = null;
    this.freshness.progress();
    outage.up("stream");
    if (!this.#turn?.isLeft) this.shown.makeRoom(this.question, answerId);
  }

  onheard() {
    this.#reader.heardAt = Date.now();
  }

  oncompleted(event: Completion) {
    this.#reader.completed(event);
  }

  #show(data: ChatPageData) {
    const { id, inner, outage, state } = this.#parts;
    const isRunning = isRunningHere(data);
    this.#ended = null;
    this.#reader.lastInEventId = undefined;
    // What turns out to be refused is shown no more.
    state.problem = this.problems.in(data);
    state.stored = data.session.lastEventId;
    this.shown.show(this.shown.merged(data), false);
    inner.setSession(id, streamCursor(data, inner.getSession(id)?.publicAccessToken));
    state.running = isRunning || this.#nextHere() !== undefined;
    if (isRunning) return;
    outage.up("stream");
    if (!state.running) this.freshness.rest();
    else if (data.session.isStreaming) this.freshness.within(SILENCE_MS);
    else this.freshness.withBackOff();
  }

  /** The message on the branch shown that was accepted, and whose turn comes. */
  #nextHere(): string | undefined {
    const next = this.#parts.outbox.next()?.id;
    return this.shown.messages.some((message) => message.id === next) ? next : undefined;
  }

  #isAnotherPath({ messages }: ChatPageData): boolean {
    return messages.at(-1)?.id !== this.#data.messages.at(-1)?.id;
  }

  /** After a turn: reads the stream on from where it is, for the answer to a message that was accepted meanwhile. */
  #follow(question: string | null) {
    const { id, inner, chat } = this.#parts;
    const session = inner.getSession(id) ?? streamCursor(this.#data, undefined);
    const activeInputSeq = inputAfter(this.#reader.lastInEventId ?? this.#data.session.lastInEventId);
    inner.setSession(id, { ...session, isStreaming: true, activeInputSeq });
    this.freshness.within(CHECK_MS);
    void this.request({ kind: "resume", question, start: () => chat.resumeStream() });
  }

  #read(data: ChatPageData) {
    const start = () => this.#parts.chat.resumeStream();
    void this.request({ kind: "resume", question: questionOf(data.messages), target: targetOf(data), start });
  }

  #after(turn: OpenTurn, outcome: Outcome) {
    const { chat, outage, state } = this.#parts;
    if (outcome.type === "not-sent") {
      state.running = false;
      this.freshness.within(CHECK_MS);
      if (!turn.action) return this.problems.notSent(turn.question, outcome.error, turn.kind === "send");
      this.problems.refused(turn.action, errorSentence(outcome.error));
      this.shown.show(this.shown.merged(this.#data), false);
      return this.sync(this.#data, true);
    }
    if (this.#reader.isStopping) return;
    switch (outcome.type) {
      case "failed":
        this.problems.failed(chat.lastMessage?.id ?? null, outcome.text, turn.started ? undefined : turn);
        return this.#finish({ question: turn.question, since: turn.lastEventId, lastEventId: undefined });
      case "lost":
        // A session that does not exist yet is no outage: the first turn is about to make it.
        if (statusOf(outcome.error) !== 404) outage.down("stream");
        return this.freshness.withBackOff();
      case "left":
        return this.sync(this.#data, true);
    }
    if (!this.#reader.completion) return this.freshness.withBackOff();
    const next = turn.started ? this.#nextHere() : turn.question;
    if (next) return this.#follow(next);
    const { lastEventId } = this.#reader.completion;
    this.#finish({ question: turn.question, since: turn.lastEventId, lastEventId });
  }

  #finish(ended: Omit<TurnEnded, "until">) {
    const { state } = this.#parts;
    state.running = false;
    state.recovering = false;
    this.#ended = { ...ended, until: Date.now() + ENDED_MS };
    this.freshness.within(CHECK_MS);
  }

  /** Also of a chat that was gone: whoever deleted it has taken that back. */
  #fresh(data: ChatPageData) {
    if (this.#isLive) return this.sync(data, true);
    this.#data = data;
    this.start();
  }

  #gone() {
    const { state } = this.#parts;
    this.end();
    this.freshness.start();
    state.running = false;
    state.problem = { message: DELETED, messageId: null, kind: "failed" };
  }
}
