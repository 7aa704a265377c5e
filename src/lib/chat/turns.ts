import type { Chat } from "@ai-sdk/svelte";
import type { ChatTransportEvent, TriggerChatTransport } from "@trigger.dev/sdk/chat";
import type { SkeinMessage } from "../tools/message.ts";
import { errorSentence, GONE, statusOf } from "./error-sentence.ts";
import { Freshness } from "./freshness.ts";
import type { GuardedTransport, Outcome } from "./guarded-transport.ts";
import { mergeStored, placeAnswer, questionOf } from "./merge-messages.ts";
import type { Outage } from "./outage.ts";
import type { Outbox } from "./outbox.ts";
import { inputAfter, streamCursor } from "./stream-cursor.ts";
import { decideSync, type TurnEnded, type TurnInFlight } from "./sync-decision.ts";
import type { ChatPageData, ChatProblem } from "./types.ts";

/** The live feed announces what the database says; this is for when it does not. */
const CHECK_MS = 1000;
/** An open stream that is silent for so long is doubted. */
const SILENCE_MS = 5000;
/** For so long the page believes its own eyes when the database still calls a turn running that ended here. */
const ENDED_MS = 8000;

/** What the page shows beside the messages; the rune class makes it reactive. */
export interface SessionState {
  running: boolean;
  recovering: boolean;
  problem: ChatProblem | null;
}

export interface TurnsParts {
  id: string;
  chat: Pick<
    Chat<SkeinMessage>,
    "messages" | "sendMessage" | "regenerate" | "resumeStream" | "stop" | "clearError" | "lastMessage"
  >;
  inner: TriggerChatTransport;
  transport: GuardedTransport;
  outbox: Outbox;
  outage: Outage;
  state: SessionState;
}

type Completion = Extract<ChatTransportEvent, { type: "turn-completed" }>;

/**
 * The turns of one chat, one request at a time. The database is the truth: `sync` shows it, whatever happened here. The
 * stream only makes it live, and everything that goes wrong with the stream ends in another look at the database.
 */
export class Turns {
  readonly freshness: Freshness;
  readonly #parts: TurnsParts;
  #data: ChatPageData;
  #turn: TurnInFlight | null = null;
  #ended: TurnEnded | null = null;
  #completion: Completion | undefined;
  #lastInEventId: string | undefined;
  #isLive = false;
  #isStopping = false;
  #heardAt = 0;

  constructor(parts: TurnsParts, data: ChatPageData, reload: () => Promise<ChatPageData | undefined>) {
    this.#parts = parts;
    this.#data = data;
    this.freshness = new Freshness(parts.outage, {
      reload,
      onfresh: (fresh) => this.sync(fresh, true),
      ongone: () => this.#gone(),
      patience: () => (this.#turn?.started && !parts.outage.isDown ? this.#heardAt + SILENCE_MS - Date.now() : 0),
    });
  }

  get isReading(): boolean {
    return this.#turn !== null;
  }

  /** The message the current turn answers. */
  get question(): string | null {
    return this.#turn ? this.#turn.question : questionOf(this.#data.messages);
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
    const { outbox, transport } = this.#parts;
    if (!this.#isLive) {
      this.#data = data;
      return;
    }
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
    this.#data = data;
    outbox.settle(data.messages);
    if (this.#turn) {
      this.#turn.sawRunning ||= data.session.isStreaming;
      if (decision === "leave") transport.detach();
      else this.freshness.within(SILENCE_MS);
      return;
    }
    this.#show(data);
    if (decision === "resume") this.#read(questionOf(data.messages));
  }

  /** Makes a request of `Chat` and sees it to its end, over as many runs as the turn takes. */
  async request(kind: TurnInFlight["kind"], question: string | null, start: () => Promise<void>): Promise<void> {
    const { chat, transport, state } = this.#parts;
    const turn: TurnInFlight = {
      kind,
      question,
      started: false,
      sawRunning: false,
      lastEventId: this.#data.session.lastEventId,
    };
    this.#turn = turn;
    this.#ended = this.#ended?.question === question ? null : this.#ended;
    this.#completion = undefined;
    this.#isStopping = false;
    this.#heardAt = Date.now();
    state.running = true;
    if (kind !== "resume") state.problem = null;
    this.freshness.within(SILENCE_MS);
    transport.begin(question, chat.messages);
    await start();
    for (let rest = transport.takeRest(chat.messages); rest && !this.#isStopping;) {
      chat.messages = rest;
      await chat.resumeStream();
      rest = transport.takeRest(chat.messages);
    }
    chat.clearError();
    state.recovering = false;
    this.#turn = null;
    if (this.#isLive) this.#after(turn, transport.outcome);
  }

  /** After a turn: reads the stream on from where it is, for the answer to a message that was accepted meanwhile. */
  #follow(question: string | null) {
    const { id, inner } = this.#parts;
    const session = inner.getSession(id) ?? streamCursor(this.#data, undefined);
    const activeInputSeq = inputAfter(this.#lastInEventId ?? this.#data.session.lastInEventId);
    inner.setSession(id, { ...session, isStreaming: true, activeInputSeq });
    this.freshness.within(CHECK_MS);
    this.#read(question);
  }

  /** The person ended the turn. What the database says of it is not believed for a while: it cannot know yet. */
  stopped() {
    this.#isStopping = this.#turn !== null;
    const since = this.#turn ? this.#turn.lastEventId : this.#data.session.lastEventId;
    this.#finish({ question: this.question, since, lastEventId: undefined });
  }

  notSent(id: string | null, error: unknown, kind: ChatProblem["kind"] = "not-sent") {
    this.#parts.outbox.mark(id, "not-sent", Date.now());
    this.#parts.state.problem = { message: errorSentence(error), messageId: id, kind };
  }

  onstart(answerId: string | undefined) {
    const { chat, outbox, outage, state } = this.#parts;
    if (this.#turn) this.#turn.started = true;
    outbox.mark(this.question, "answering", Date.now());
    state.recovering = false;
    this.freshness.progress();
    outage.up("stream");
    const stored = new Set(this.#data.messages.map((message) => message.id));
    const placed = placeAnswer(chat.messages, this.question, answerId, stored);
    if (placed !== chat.messages) chat.messages = placed;
  }

  onheard() {
    this.#heardAt = Date.now();
  }

  oncompleted(event: Completion) {
    this.#completion = event;
    this.#lastInEventId = event.sessionInEventId ?? this.#lastInEventId;
  }

  #show(data: ChatPageData) {
    const { id, chat, inner, outbox, outage, state } = this.#parts;
    const { isStreaming } = data.session;
    this.#ended = null;
    this.#lastInEventId = undefined;
    const merged = mergeStored(chat.messages, data.messages, outbox.messages(), isStreaming);
    if (merged !== chat.messages) chat.messages = merged;
    inner.setSession(id, streamCursor(data, inner.getSession(id)?.publicAccessToken));
    state.problem = this.#problem(data);
    state.running = isStreaming || outbox.next() !== undefined;
    if (isStreaming) return;
    outage.up("stream");
    if (state.running) this.freshness.withBackOff();
    else this.freshness.rest();
  }

  /** What the database calls failed, unless a message of the person's waits to be sent again. */
  #problem(data: ChatPageData): ChatProblem | null {
    const { outbox, state } = this.#parts;
    const lost = outbox.lost(Date.now());
    if (lost) {
      outbox.mark(lost, "not-sent", Date.now());
      return { message: errorSentence(undefined), messageId: lost, kind: "not-sent" };
    }
    const unsent = state.problem?.kind === "not-sent" && outbox.is("not-sent", state.problem.messageId);
    return unsent ? state.problem : problemIn(data);
  }

  #read(question: string | null) {
    const { chat } = this.#parts;
    void this.request("resume", question, () => chat.resumeStream());
  }

  #after(turn: TurnInFlight, outcome: Outcome) {
    const { chat, outbox, outage, state } = this.#parts;
    if (outcome.type === "not-sent") {
      state.running = false;
      this.notSent(turn.question, outcome.error, turn.kind === "send" ? "not-sent" : "failed");
      return this.freshness.within(CHECK_MS);
    }
    if (this.#isStopping) return;
    switch (outcome.type) {
      case "failed":
        state.problem = { message: outcome.text, messageId: chat.lastMessage?.id ?? null, kind: "failed" };
        return this.#finish({ question: turn.question, since: turn.lastEventId, lastEventId: undefined });
      case "lost":
        // A session that does not exist yet is no outage: the first turn is about to make it.
        if (statusOf(outcome.error) !== 404) outage.down("stream");
        return this.freshness.withBackOff();
      case "left":
        return this.sync(this.#data, true);
    }
    if (!this.#completion) return this.freshness.withBackOff();
    const next = turn.started ? outbox.next()?.id : turn.question;
    if (next) return this.#follow(next);
    const { lastEventId } = this.#completion;
    this.#finish({ question: turn.question, since: turn.lastEventId, lastEventId });
  }

  #finish(ended: Omit<TurnEnded, "until">) {
    const { state } = this.#parts;
    state.running = false;
    state.recovering = false;
    this.#ended = { ...ended, until: Date.now() + ENDED_MS };
    this.freshness.within(CHECK_MS);
  }

  #gone() {
    const { state } = this.#parts;
    this.end();
    state.running = false;
    state.problem = { message: GONE, messageId: null, kind: "failed" };
  }
}

/** The failure the database remembers. It concerns the last message: a partial answer, or the question. */
export function problemIn({ chat, messages }: ChatPageData): ChatProblem | null {
  if (chat.status !== "failed") return null;
  return {
    message: chat.statusDetail ?? "The answer broke off.",
    messageId: messages.at(-1)?.id ?? null,
    kind: "failed",
  };
}
