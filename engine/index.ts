import { leaseMs, parseEngineConfig } from "./config.ts";
import { createEngine } from "./create-engine.ts";
import { inheritRuns } from "./flow/roll-call.ts";
import { startTimers } from "./loop/timers.ts";
import { createApp } from "./protocol/app.ts";
import { attachWorkerSocket } from "./protocol/worker-socket.ts";
import { createServer } from "./server.ts";
import { shutDown } from "./shutdown.ts";
import { WorkerLink } from "./worker-link.ts";

async function main(): Promise<void> {
  const config = parseEngineConfig(process.env);
  const closing = new AbortController();
  const engine = createEngine(config, closing.signal);
  await engine.store.migrate();
  // Before anybody can be given a run by this engine.
  const inherited = await inheritRuns(engine, leaseMs(config));

  const link = new WorkerLink();
  const server = createServer(engine, createApp(engine, link));
  const sockets = attachWorkerSocket(engine, server.http1, link, inherited);
  const port = await server.listen();
  const stopTimers = startTimers(engine, link);
  process.stdout.write(`engine listening on ${port}\n`);

  const stop = async () => {
    await shutDown(engine, closing, { server, sockets, stopTimers });
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
