import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LaunchConfig } from "../src/lib/server/config.ts";
import { createDb } from "../src/lib/server/db/index.ts";
import { databaseProblem, migrateToLatest } from "../src/lib/server/db/migrate.ts";
import type { Child } from "./child.ts";
import { lockDataDir } from "./data-dir.ts";
import { EngineFront } from "./engine-front.ts";
import { endLeftovers, endMarked } from "./leftovers.ts";
import { say } from "./log.ts";
import { choosePort } from "./ports.ts";
import { clusterUrl, type Cluster } from "./postgres.ts";
import { clearPostmaster } from "./postmaster.ts";
import { LaunchProblem, sentence } from "./problem.ts";
import { identify } from "./process-table.ts";
import { readRecord, writeRecord, type ProcessRecord } from "./record.ts";
import { loadSecrets } from "./secrets.ts";
import type { Service } from "./service.ts";
import { appServices, postgresService } from "./services.ts";
import { clearWorkerFiles } from "./worker.ts";

const defaultPostgresPort = 8732;
const project = fileURLToPath(new URL("..", import.meta.url));

/** One instance: started in order, ended in the opposite one. */
export class Launcher {
  readonly #mode: "dev" | "start";
  readonly #config: LaunchConfig;
  readonly #dataDir: string;
  readonly #databaseDir: string;
  readonly #record: ProcessRecord;
  /** In the order in which they end. */
  readonly #services: Service[] = [];
  #front: EngineFront | undefined;
  #recorded: Promise<void> = Promise.resolve();
  #unlock: (() => void) | undefined;
  #stopping: Promise<void> | undefined;

  constructor(mode: "dev" | "start", config: LaunchConfig, dataDir: string) {
    this.#mode = mode;
    this.#config = config;
    this.#dataDir = dataDir;
    this.#databaseDir = join(dataDir, "postgres");
    const launcher = identify(process.pid) ?? { pid: process.pid, started: "" };
    this.#record = { instance: randomUUID(), launcher, children: {} };
  }

  /** Resolves with the address when all of it is ready. Throws a LaunchProblem when it cannot be. */
  async start(): Promise<string> {
    const { web, engine } = await this.#claim();
    const address = `http://${this.#config.web.host}:${web}`;
    this.#record.addresses = { web: address, engine: engine === undefined ? undefined : `http://127.0.0.1:${engine}` };
    const secrets = await loadSecrets(this.#dataDir);
    const databaseUrl =
      this.#config.databaseUrl ?? (await this.#startPostgres(secrets.postgresPassword, [web, engine ?? 0]));
    await migrate(databaseUrl);
    const plan = {
      ...{ mode: this.#mode, config: this.#config, secrets, databaseUrl, instance: this.#record.instance },
      ...{ webPort: web, enginePort: engine },
    };
    if (engine !== undefined) await (this.#front = new EngineFront()).listen(engine);
    await this.#startApp(appServices(plan, this.#surroundings(), this.#front));
    return address;
  }

  /** Ends everything, softly for four seconds, then by force. Safe to call at any moment of the start, and twice. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    const byForce = setTimeout(() => this.#services.forEach((service) => service.kill()), 4000);
    for (const service of this.#services) await service.stop();
    clearTimeout(byForce);
    await this.#front?.close();
    if (!this.#unlock) return;
    // The CLI's watchdog outlives it on purpose, in a session of its own.
    await endMarked(this.#record.instance);
    await clearWorkerFiles(project, this.#dataDir);
    await this.#recorded;
    await rm(join(this.#dataDir, "processes.json"), { force: true });
    this.#unlock();
  }

  /** The data directory and the ports are ours, and nothing of an earlier instance runs; or it throws. */
  async #claim(): Promise<{ web: number; engine: number | undefined }> {
    const unlock = await lockDataDir(this.#dataDir);
    const earlier = await readRecord(this.#dataDir);
    if (earlier) await endLeftovers(earlier);
    await clearPostmaster(this.#databaseDir);
    this.#unlock = unlock;
    await writeRecord(this.#dataDir, this.#record);
    const { host, port } = this.#config.web;
    const preferred = this.#mode === "dev" ? 5173 : 3000;
    const web = await choosePort({ variable: "PORT", host, given: port, preferred, mayMove: false });
    if (this.#config.trigger) return { web, engine: undefined };
    const wish = { variable: "ENGINE_PORT", host: "127.0.0.1", given: this.#config.enginePort, preferred: 8730 };
    return { web, engine: await choosePort({ ...wish, mayMove: true }, [web, defaultPostgresPort]) };
  }

  async #startPostgres(password: string, claimed: number[]): Promise<string> {
    say("Starting Postgres …");
    const wish = {
      variable: "POSTGRES_PORT",
      host: "127.0.0.1",
      given: this.#config.postgresPort,
      preferred: defaultPostgresPort,
    };
    const port = await choosePort({ ...wish, mayMove: true }, claimed);
    const cluster: Cluster = { dir: this.#databaseDir, port, password };
    const postgres = postgresService(cluster, this.#surroundings());
    await this.#begin(postgres);
    return clusterUrl(cluster);
  }

  async #startApp({ engine, worker, web }: ReturnType<typeof appServices>): Promise<void> {
    say(engine ? "Starting the engine, the worker and the web server …" : "Starting the web server …");
    await Promise.all([
      this.#begin(web).then(() => say("The web server answers.")),
      // In this order at the end: worker, web, engine.
      engine && this.#begin(engine, 1).then(() => say("The engine answers.")),
      worker && this.#begin(worker, 0).then(() => say("The worker is registered.")),
    ]);
  }

  #begin(service: Service, position = 0): Promise<void> {
    // A signal may have come while something before this was awaited.
    if (this.#stopping) return new Promise(() => {});
    this.#services.splice(position, 0, service);
    return service.start();
  }

  #surroundings() {
    const watch = (name: string, child: Child | undefined) => {
      const { [name]: _before, ...others } = this.#record.children;
      this.#record.children = child ? { ...others, [name]: child.id } : others;
      this.#recorded = this.#recorded.then(() => writeRecord(this.#dataDir, this.#record)).catch(() => {});
    };
    return { dataDir: this.#dataDir, watch };
  }
}

async function migrate(databaseUrl: string): Promise<void> {
  const problem = await databaseProblem(databaseUrl);
  if (problem) throw new LaunchProblem(problem);
  const db = createDb(databaseUrl, { max: 1 });
  try {
    for (const name of await migrateToLatest(db)) say(`Migrated ${name}.`);
  } catch (error) {
    throw new LaunchProblem(`The database could not be migrated: ${sentence(error)}.`);
  } finally {
    await db.destroy();
  }
}
