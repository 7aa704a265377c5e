import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { LaunchProblem } from "./problem.ts";

/** Postgres refuses to run as root: root runs it as the user `postgres`, everybody else as themselves. */
export interface PostgresUser {
  uid: number;
  gid: number;
}

export function postgresUser(): PostgresUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const known = lookUp();
  if (known) return known;
  try {
    execFileSync("groupadd", ["--system", "postgres"], { stdio: "ignore" });
  } catch {
    // The group may be there without the user.
  }
  try {
    execFileSync("useradd", ["--system", "-g", "postgres", "-M", "-s", "/usr/sbin/nologin", "postgres"], {
      stdio: "ignore",
    });
  } catch {
    // Reported below.
  }
  const made = lookUp();
  if (made) return made;
  throw new LaunchProblem(
    "Postgres does not run as root, and no user postgres could be made: start Skein as another user, or set DATABASE_URL.",
  );
}

function lookUp(): PostgresUser | undefined {
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8", stdio: "pipe" }));
  try {
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    return undefined;
  }
}

/**
 * The command to run as that user. Under a directory that only root may enter (`/root`), it keeps root's right to pass
 * through directories, and no other.
 */
export function asPostgresUser(
  user: PostgresUser | undefined,
  command: string,
  args: string[],
  paths: string[],
): { command: string; args: string[]; uid?: number; gid?: number } {
  if (!user) return { command, args };
  if ([command, ...paths].every((path) => canReach(path, user))) return { command, args, ...user };
  const drop = [`--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups"];
  // Without no_setuid_fixup access(2), by which initdb looks for its programs, would not honour the right.
  const keep = [
    "--securebits=+no_setuid_fixup",
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=+dac_override",
    "--bounding-set=-all,+dac_override",
  ];
  return { command: "setpriv", args: [...drop, ...keep, command, ...args] };
}

/** Whether every directory above a path lets the user through. */
export function canReach(path: string, user: PostgresUser, mode: (path: string) => Mode = statSync): boolean {
  const above = dirname(resolve(path));
  const { uid, gid, mode: bits } = mode(above);
  const search = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  if ((bits & search) === 0) return false;
  return above === "/" || canReach(above, user, mode);
}

interface Mode {
  uid: number;
  gid: number;
  mode: number;
}
