/**
 * What the engine knows of the one worker it serves: whether its socket is open, and when it last asked for a run.
 * The worker is ready when it holds (or has just held) a request for runs of the build it registered.
 */
export class WorkerLink {
  #sockets = 0;
  #polledAt = 0;
  #lastSocketLeft: () => void = () => undefined;

  polled(_worker: string): void {
    this.#polledAt = Date.now();
  }

  socketOpened(): void {
    this.#sockets += 1;
  }

  socketClosed(): void {
    this.#sockets -= 1;
    if (this.#sockets > 0) return;
    this.#polledAt = 0;
    this.#lastSocketLeft();
  }

  onLastSocketLeft(listener: () => void): void {
    this.#lastSocketLeft = listener;
  }

  get isConnected(): boolean {
    return this.#sockets > 0;
  }

  get isReady(): boolean {
    return this.isConnected && Date.now() - this.#polledAt < 30_000;
  }
}
