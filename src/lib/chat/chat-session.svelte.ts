import type { TriggerChatTransport } from "@trigger.dev/sdk/chat";
import { untrack } from "svelte";
import type { AttachedFile } from "../tools/file.ts";
import type { SkeinMessage } from "../tools/message.ts";
import { shownInAnswers } from "../tools/steering.ts";
import { Actions } from "./actions.ts";
import { type Branches, type Choice, choiceOf, leftBelow } from "./branches.ts";
import { compose, ensureRandomUUID, randomId } from "./compose.ts";
import { connectTransport } from "./connect-transport.ts";
import { Deliveries } from "./delivery.svelte.ts";
import { GuardedTransport } from "./guarded-transport.ts";
import { type Destination, type HeadApi, HeadMoves, type HeadMovesState } from "./head-moves.ts";
import { KeptMessages } from "./kept-messages.ts";
import { isOnline, whenOnline } from "./network.ts";
import { Outage } from "./outage.ts";
import { type Delivery, Outbox } from "./outbox.ts";
import { PendingMessages } from "./pending-messages.svelte.ts";
import { problemIn } from "./problem.ts";
import type { QueueApi } from "./queue-requests.ts";
import { RawChat } from "./raw-chat.svelte.ts";
import { Retrying } from "./retrying.ts";
import { Sending } from "./sending.ts";
import { Stopping } from "./stopping.ts";
import { SubAgentMessages } from "./sub-agent-messages.svelte.ts";
import { isRunningHere } from "./sync-decision.ts";
import type { SessionState } from "./turn-request.ts";
import { Turns } from "./turns.ts";
import type { ChatActivity, ChatPageData, ChatProblem, ChatSessionOptions } from "./types.ts";
import { WaitingMessages } from "./waiting-messages.ts";

class State implements SessionState, HeadMovesState {
  running = $state(false);
  recovering = $state(false);
  reconnecting = $state(false);
  elsewhere = $state<string | null>(null);
  problem = $state.raw<ChatProblem | null>(null);
  stored = $state<string>();
  view = $state.raw<SkeinMessage[] | null>(null);
  branches = $state.raw<Branches>({});
  going = $state.raw<Destination | null>(null);
  moveProblem = $state<string | null>(null);
}

/** One conversation in one page: what its components read and do. `Turns` has the logic. */
export class ChatSession {
  readonly id: string;
  /** What waits for a turn, or goes into the one that runs. */
  readonly pending: PendingMessages;
  readonly subAgents = new SubAgentMessages();
  readonly #state = new State();
  readonly #outbox = new Outbox();
  readonly #deliveries = new Deliveries(this.#outbox);
  readonly #waiting: WaitingMessages;
  #stopWaiting = () => {};
  readonly #inner: TriggerChatTransport;
  readonly #chat: RawChat;
  readonly #turns: Turns;
  readonly #actions: Actions;
  readonly #moves: HeadMoves;
  #loaded: SkeinMessage[];
  readonly #sending: Sending;
  readonly #stopping: Stopping;
  readonly #retrying: Retrying;
  readonly #steered = $derived.by(() => shownInAnswers(this.messages));

  constructor(data: ChatPageData, options: ChatSessionOptions & HeadApi & QueueApi) {
    this.id = data.chat.id;
    this.#loaded = data.messages;
    this.#state.running = isRunningHere(data);
    this.#state.problem = problemIn(data);
    this.#waiting = new WaitingMessages({
      outbox: this.#outbox,
      kept: new KeptMessages(this.id),
      send: (unsent) => this.#sending.shown(unsent),
    });
    const flush = () => void this.#waiting.flush();
    const outage = new Outage((isShown) => (this.#state.reconnecting = isShown), flush);
    this.#inner = connectTransport({
      baseURL: data.realtimeUrl,
      outage,
      fetchToken: () => options.fetchToken(data.chat.id),
      oncompleted: (event) => this.#turns.oncompleted(event),
      onfailed: (error) => this.#sending.onfailed(error),
    });
    const transport = new GuardedTransport(this.#inner, {
      onaccepted: () => this.#sending.onaccepted(),
      onheard: () => this.#turns.onheard(),
      onstart: (answerId) => this.#turns.onstart(answerId),
      onrecovery: () => (this.#state.recovering = true),
      oninjected: (ids) => ids.forEach((id) => this.#outbox.mark(id, "answering", Date.now())),
    });
    const { onData } = this.subAgents;
    this.#chat = new RawChat({ id: this.id, messages: data.messages, transport, generateId: randomId, onData });
    const { id } = this;
    const parts = { id, chat: this.#chat, inner: this.#inner, outbox: this.#outbox, state: this.#state };
    this.pending = new PendingMessages(id, data.queue, {
      readQueue: (chatId) => options.readQueue(chatId),
      changeQueue: (chatId, operation) => options.changeQueue(chatId, operation),
      model: () => options.model(),
      isShown: (messageId) => this.#isShown(messageId),
    });
    this.#turns = new Turns({ ...parts, transport, outage }, data, async (known) => {
      const found = await options.reload(known);
      const fresh = found === "unchanged" ? known : found;
      if (fresh) this.pending.sync(fresh.queue);
      return fresh;
    });
    const turns = this.#turns;
    // A message is placed by where the head is when it comes: what moves the head, and it was written after, goes first.
    const before = () => this.#stopping.onItsWay ?? this.#actions.onItsWay ?? this.#moves.onItsWay;
    const waiting = this.#waiting;
    this.#sending = new Sending({ ...parts, turns, waiting, before, model: () => options.model() });
    const { requestStop } = options;
    this.#stopping = new Stopping({ ...parts, turns, accepted: () => this.#sending.accepted, requestStop });
    this.#moves = new HeadMoves(id, this.#turns, this.#state, options);
    this.#actions = new Actions({
      ...{ turns, outbox: this.#outbox },
      send: (action) => this.#sending.action(action),
      untilAccepted: (request) => this.#sending.untilAccepted(request),
      stopRun: (turn) => this.#stopping.run(turn),
      stopping: () => this.#stopping.onItsWay,
    });
    const { outbox, state } = parts;
    this.#retrying = new Retrying({ outbox, state, turns, waiting, sending: this.#sending, actions: this.#actions });
  }

  get messages(): SkeinMessage[] {
    return this.#turns.shown.messages;
  }

  /** The messages that an answer shows where they went into its turn. */
  get steered(): Set<string> {
    return this.#steered;
  }

  get status(): "ready" | "submitted" | "streaming" | "error" {
    if (!this.#state.running) return this.#state.problem ? "error" : "ready";
    const isAnswering = this.#chat.status === "streaming" || this.messages.at(-1)?.role === "assistant";
    return isAnswering ? "streaming" : "submitted";
  }

  /** Another one when the end of a turn is stored, which may be later than it is seen. */
  get storedEnd(): string | undefined {
    return this.#state.stored;
  }

  /** A turn of the branch shown is in flight, whoever started it. */
  get isRunning(): boolean {
    return this.#state.running;
  }

  get activity(): ChatActivity | "waiting" {
    if (!this.#state.running) return "idle";
    if (this.#state.reconnecting) return "reconnecting";
    if (this.#turns.isWaiting) return "waiting";
    return this.#state.recovering ? "recovering" : "generating";
  }

  /** Another branch is being answered: the message it is about. */
  get elsewhere(): string | null {
    return this.#state.elsewhere;
  }

  get error(): ChatProblem | null {
    return this.#state.problem;
  }

  /** Why the last switch to another branch came to nothing. */
  get moveProblem(): string | null {
    return this.#state.moveProblem;
  }

  /** Whether the database has this message, so that it can be acted on. */
  isStored(id: string): boolean {
    // Learned together with the branches, which are what tells a component that it changed.
    void this.#state.branches;
    return this.#turns.shown.tree.isStored(id);
  }

  /** How far a message of the person's has come; null once its turn has begun. */
  deliveryOf(messageId: string): Delivery | null {
    return this.#deliveries.of(messageId);
  }

  /** The siblings of the message at this place of the path; null when it has none. */
  choiceAt(index: number): Choice | null {
    const { messages } = this;
    return choiceOf(this.#state.branches, messages[index - 1]?.id ?? null, messages[index]?.id ?? null);
  }

  /** The branches below the end of the path: one of them is on its way, or none is shown. */
  get choiceBelow(): Choice | null {
    const { branches, going } = this.#state;
    const last = this.messages.at(-1);
    const parentId = last?.id ?? null;
    if (going?.parentId === parentId) return choiceOf(branches, parentId, going.id);
    if (this.isRunning) return last?.role === "user" ? choiceOf(branches, parentId, null) : null;
    return leftBelow(branches, parentId);
  }

  /** A branch is asked for that this page has never seen. */
  get isGoing(): boolean {
    return this.#state.going !== null;
  }

  /** Starts reading, in the browser only. */
  connect(): void {
    ensureRandomUUID();
    untrack(() => {
      this.#waiting.restore();
      this.#turns.start();
      this.#stopWaiting = whenOnline(() => void this.#waiting.flush());
      if (isOnline()) void this.#waiting.flush();
    });
  }

  /** Takes fresh data of the server, at any time and any number of times. */
  sync(data: ChatPageData): void {
    // The page's data comes again, as old as it was, whenever anything on the page is loaded.
    if (data.messages === this.#loaded) return;
    this.#loaded = data.messages;
    untrack(() => {
      this.pending.sync(data.queue);
      this.#turns.sync(data, false);
    });
  }

  /** Looks at the database now, because the live feed announced something. */
  refresh(): void {
    void untrack(() => this.#turns.freshness.now());
  }

  /** Looks at what waits, because the live feed announced that it changed. */
  refreshQueue(): void {
    this.pending.refresh();
  }

  /** Leaves the page. The run goes on. */
  dispose(): void {
    this.pending.dispose();
    this.subAgents.dispose();
    this.#stopWaiting();
    untrack(() => this.#turns.end());
  }

  /** Sends a message; ends when it is accepted, or shown as not sent. Never throws. */
  async send(text: string, files: AttachedFile[] = []): Promise<void> {
    if (text.trim() === "" && files.length === 0) return;
    const shown = this.messages.findLast((message) => !this.#outbox.is("not-sent", message.id));
    await this.#sending.message(compose(text, shown?.id ?? null, files));
  }

  /** Answers another wording of a question. False when it could not be sent; then everything is as before. */
  edit(messageId: string, parts: SkeinMessage["parts"]): Promise<boolean> {
    this.#sending.model = undefined;
    return this.#retrying.reword(messageId, parts) ?? this.#actions.edit(messageId, parts);
  }

  /** Answers a question once more, by the model given or the one chosen. */
  regenerate(messageId: string, model?: string): Promise<boolean> {
    this.#sending.model = model;
    return this.#actions.regenerate(messageId);
  }

  /** Lets an answer that was stopped go on, by the model that wrote it. */
  goOn(messageId: string): Promise<boolean> {
    this.#sending.model = this.messages.find(({ id }) => id === messageId)?.metadata?.model;
    return this.#actions.goOn(messageId);
  }

  /** Shows another branch, here at once and on every device. */
  switchTo(parentId: string | null, id: string | null): Promise<void> {
    return this.#moves.switchTo({ parentId, id });
  }

  /** Shows the branch that has this message, here and on every device. Not there: nothing changes. */
  async goTo(messageId: string): Promise<void> {
    if (!this.messages.some(({ id }) => id === messageId)) await this.#moves.goTo(messageId);
  }

  /** Shows the branch that is being answered. */
  async showElsewhere(): Promise<void> {
    const { elsewhere } = this.#state;
    if (elsewhere !== null) await this.#moves.switchTo({ parentId: elsewhere, id: null });
  }

  /** Takes the last question and its answer back. */
  undo(): Promise<void> {
    return this.#moves.undo();
  }

  /** Goes to what an undo, here or elsewhere, left below the end of the path. */
  async restore(): Promise<void> {
    const below = this.choiceBelow;
    if (!below) return;
    const left = this.#turns.shown.tree.leftBelow(below.parentId);
    const branch = below.branches.find(({ id }) => id === left) ?? below.branches.at(-1);
    await this.#moves.switchTo({ parentId: below.parentId, id: branch?.id ?? null });
  }

  /** Stops the answer, here at once and in the run. */
  async stop(): Promise<void> {
    if (this.#state.running) await this.#stopping.stop();
  }

  /** Stops the answer on another branch. */
  async stopElsewhere(): Promise<void> {
    const { elsewhere } = this.#state;
    if (elsewhere !== null) await this.#stopping.run(elsewhere);
  }

  /** Sends the same again if it was not sent; runs the turn again if it failed. */
  retry(): Promise<boolean> {
    return this.#retrying.retry();
  }

  /** Sends again a message that was not sent, and what was written after it and waits for it. */
  resend(messageId: string): Promise<void> {
    return this.#retrying.resend(messageId);
  }

  /** Takes back a message that is not on its way yet. */
  discard(messageId: string): void {
    this.#retrying.discard(messageId);
  }

  /** Gives up on an edit, or an answer asked for anew, that could not be sent. */
  giveUp(): void {
    if (this.#turns.problems.refusedAction) this.#turns.problems.clear();
  }

  #isShown(messageId: string): boolean {
    return this.#steered.has(messageId) || this.messages.some(({ id }) => id === messageId);
  }
}
