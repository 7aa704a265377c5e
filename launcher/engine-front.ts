import { connect, createServer, type Server, type Socket } from "node:net";
import { LaunchProblem, sentence } from "./problem.ts";

/** As long as the engine's writers keep trying: three attempts of five seconds each (docs/engine-wire.md, 4.6). */
const patienceMs = 15_000;

/**
 * Holds the engine's port while engines come and go: a run whose writes are refused for half a second never recovers,
 * but one whose connection is merely slow to be answered loses nothing. What a client sends meanwhile stays in the
 * kernel's buffers.
 */
export class EngineFront {
  readonly #server: Server;
  readonly #patienceMs: number;
  /** Clients that wait for an engine, each with what tries to connect it. */
  readonly #waiting = new Map<Socket, () => void>();
  /** Clients that have an engine. */
  readonly #joined = new Set<Socket>();
  #enginePort: number | undefined;

  constructor(patience = patienceMs) {
    this.#patienceMs = patience;
    const options = { allowHalfOpen: true, noDelay: true, pauseOnConnect: true };
    this.#server = createServer(options, (client) => this.#receive(client));
  }

  /** Throws a LaunchProblem when the port cannot be had. Resolves with it (0 takes a free one). */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error) =>
        reject(new LaunchProblem(`Port ${port} cannot be used for the engine: ${sentence(error)}.`)),
      );
      this.#server.listen({ host: "127.0.0.1", port, exclusive: true }, () => {
        const address = this.#server.address();
        resolve(typeof address === "object" && address ? address.port : port);
      });
    });
  }

  /** Where the engine listens from now on; undefined when it has ended, and its connections with it. */
  pointAt(enginePort: number | undefined): void {
    this.#enginePort = enginePort;
    // A process that is killed closes its connections as politely as one that is done with them.
    if (enginePort === undefined) for (const client of this.#joined) client.resetAndDestroy();
    else for (const join of [...this.#waiting.values()]) join();
  }

  close(): Promise<void> {
    for (const client of [...this.#waiting.keys(), ...this.#joined]) client.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #receive(client: Socket): void {
    const tooLate = setTimeout(() => client.resetAndDestroy(), this.#patienceMs);
    const attempt = () => {
      const port = this.#enginePort;
      if (port === undefined) return;
      this.#waiting.delete(client);
      const engine = connect({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true });
      const abandon = () => engine.destroy();
      // That engine has just died. The next one will be announced, or was, while this refusal was on its way.
      const refused = () => {
        client.off("close", abandon);
        if (client.destroyed) return;
        this.#waiting.set(client, attempt);
        if (this.#enginePort !== port) attempt();
      };
      client.once("close", abandon);
      engine.once("error", refused);
      engine.once("connect", () => {
        clearTimeout(tooLate);
        client.off("close", abandon);
        engine.off("error", refused);
        this.#join(client, engine);
      });
    };
    client.on("error", () => client.destroy());
    client.once("close", () => {
      clearTimeout(tooLate);
      this.#waiting.delete(client);
    });
    this.#waiting.set(client, attempt);
    attempt();
  }

  /** Passes both directions on, each with its own end and at its reader's pace. A side that breaks breaks the other. */
  #join(client: Socket, engine: Socket): void {
    const isWhole = (socket: Socket) => socket.readableEnded && socket.writableFinished;
    this.#joined.add(client);
    client.once("close", () => {
      this.#joined.delete(client);
      if (!isWhole(engine)) engine.resetAndDestroy();
    });
    engine.once("error", () => client.resetAndDestroy());
    engine.once("close", () => {
      if (!isWhole(client)) client.resetAndDestroy();
    });
    client.pipe(engine).pipe(client);
  }
}
