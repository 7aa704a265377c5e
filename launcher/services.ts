import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Child } from "./child.ts";
import { childEnvironments, type Plan } from "./environment.ts";
import type { EngineFront } from "./engine-front.ts";
import { engineArguments } from "./engine-process.ts";
import { ChildLog } from "./log.ts";
import { clusterAnswers, guardPostmaster, prepareCluster, type Cluster } from "./postgres.ts";
import { Service, type ServiceOptions } from "./service.ts";
import { clearWorkerFiles, workerArguments, writeEmptyEnvFile } from "./worker.ts";

const project = fileURLToPath(new URL("..", import.meta.url));
const follow = ["--import", new URL("follow-parent.ts", import.meta.url).href];

/** What the launcher wants to know of each start and end, to keep `processes.json` true. */
export type Watch = (name: string, child: Child | undefined) => void;

interface Surroundings {
  dataDir: string;
  watch: Watch;
}

export function postgresService(cluster: Cluster, { dataDir, watch }: Surroundings): Service {
  let dismissGuard = () => {};
  return new Service({
    ...defaults("Postgres", "postgres", dataDir),
    prepare: () => prepareCluster(cluster),
    isReady: () => clusterAnswers(cluster),
    // Fast shutdown: nobody is waited for, everything committed is kept.
    stop: { signal: "SIGINT", graceMs: 1500 },
    startAttempts: 3,
    onStart: (child) => {
      dismissGuard = guardPostmaster(child.id.pid);
      watch("postgres", child);
    },
    onExit: () => {
      dismissGuard();
      watch("postgres", undefined);
    },
  });
}

/** Engine, worker and web, as the plan wants them; engine and worker if somebody holds the engine's port. */
export function appServices(
  plan: Plan,
  surroundings: Surroundings,
  front: EngineFront | undefined,
): { engine?: Service; worker?: Service; web: Service } {
  const web = webService(plan, surroundings);
  if (!front) return { web };
  const worker = workerService(plan, surroundings);
  return { engine: engineService(plan, surroundings, front, worker), worker, web };
}

/** Runs whose writes were held up for longer have given up on them (after about 15 s), and look healthy all the same. */
const longestAbsenceMs = 12_000;

function engineService(plan: Plan, { dataDir, watch }: Surroundings, front: EngineFront, worker: Service): Service {
  let port: number | undefined;
  let absence: NodeJS.Timeout | undefined;
  return new Service({
    ...defaults("The engine", "engine", dataDir),
    prepare: () => node(engineArguments, childEnvironments(plan, process.env).engine, dataDir),
    onLine: (line) => {
      const found = /^engine listening on (\d+)$/.exec(line)?.[1];
      if (found) front.pointAt((port = Number(found)));
    },
    isReady: async () => port !== undefined && (await answers(`http://127.0.0.1:${port}/healthz`)),
    // What is under way is committed and acknowledged first; that rarely takes more than a moment.
    stop: { signal: "SIGTERM", graceMs: 2000 },
    onStart: (child) => watch("engine", child),
    onReady: () => {
      clearTimeout(absence);
      absence = undefined;
    },
    onExit: () => {
      watch("engine", undefined);
      front.pointAt((port = undefined));
      absence ??= setTimeout(() => worker.restart(), longestAbsenceMs).unref();
    },
  });
}

function workerService(plan: Plan, { dataDir, watch }: Surroundings): Service {
  const engine = `http://127.0.0.1:${plan.enginePort}`;
  const cli = [
    ...["--import", new URL("../engine/fetch-preload.mjs", import.meta.url).href],
    ...["node_modules/trigger.dev/dist/esm/index.js", ...workerArguments(dataDir)],
  ];
  return new Service({
    ...defaults("The worker", "worker", dataDir),
    prepare: async (stopped) => {
      await clearWorkerFiles(project, dataDir);
      await writeEmptyEnvFile(dataDir);
      // The CLI gives up at once when nobody answers.
      while (!stopped.aborted && !(await answers(`${engine}/healthz`))) await pause();
      return node(cli, childEnvironments(plan, process.env).worker, dataDir);
    },
    isReady: () => answers(`${engine}/readyz`),
    stop: { signal: "SIGTERM", graceMs: 1000 },
    startAttempts: 3,
    onStart: (child) => watch("worker", child),
    onExit: () => watch("worker", undefined),
  });
}

function webService(plan: Plan, { dataDir, watch }: Surroundings): Service {
  const { host } = plan.config.web;
  const port = String(plan.webPort);
  const dev = ["node_modules/vite/bin/vite.js", "dev", "--host", host, "--port", port, "--strictPort"];
  const base = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  // Neither runs the app's own hooks, which would make a guest of each question.
  const path = plan.mode === "dev" ? "/@vite/client" : "/_app/version.json";
  return new Service({
    ...defaults("The web server", "web", dataDir),
    prepare: () =>
      node(plan.mode === "dev" ? dev : ["launcher/web.ts"], childEnvironments(plan, process.env).web, dataDir),
    isReady: () => answers(base + path),
    stop: { signal: "SIGTERM", graceMs: 700 },
    onStart: (child) => watch("web", child),
    onExit: () => watch("web", undefined),
  });
}

function defaults(title: string, name: string, dataDir: string) {
  const common = { title, log: new ChildLog(dataDir, name), startAttempts: 1, startTimeoutMs: 180_000 };
  return common satisfies Partial<ServiceOptions>;
}

function node(args: string[], env: NodeJS.ProcessEnv, dataDir: string) {
  // What was compiled once (and freed of its types) is read the next time: less memory, and sooner back after a crash.
  const cache = { NODE_COMPILE_CACHE: join(dataDir, "cache") };
  return { command: process.execPath, args: [...follow, ...args], env: { ...cache, ...env }, cwd: project };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
