import { createServer } from "node:net";
import { LaunchProblem, sentence } from "./problem.ts";

/** Undefined: one can listen there. Otherwise why not, as Node's error code (`EADDRINUSE`, `EACCES`, …). */
export type Probe = (host: string, port: number) => Promise<string | undefined>;

export const probe: Probe = (host, port) =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? sentence(error)));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });

interface Wish {
  variable: string;
  host: string;
  /** The port the person asked for: taken is a problem. */
  given: number | undefined;
  preferred: number;
  /** Without a port asked for, take the next free one instead of failing. */
  mayMove: boolean;
}

/** The port to listen on; throws a LaunchProblem that names the variable to change. `claimed` are already promised. */
export async function choosePort(wish: Wish, claimed: number[] = [], check: Probe = probe): Promise<number> {
  const first = wish.given ?? wish.preferred;
  const last = wish.given === undefined && wish.mayMove ? first + 200 : first;
  for (let port = first; port <= last; port++) {
    const code = claimed.includes(port) ? "EADDRINUSE" : await check(wish.host, port);
    if (code === undefined) return port;
    if (code !== "EADDRINUSE" && !(wish.mayMove && code === "EACCES"))
      throw new LaunchProblem(refusal(wish, port, code));
  }
  throw new LaunchProblem(refusal(wish, first, "EADDRINUSE"));
}

function refusal({ variable, host }: Wish, port: number, code: string): string {
  if (code === "EADDRINUSE") return `Port ${port} is taken on ${host}: set ${variable} to a free one.`;
  if (code === "EACCES") return `Port ${port} is not allowed for this user: set ${variable} to one above 1023.`;
  if (["EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN"].includes(code))
    return `${host} is not an address of this machine: set HOST to one that is, such as 127.0.0.1 or 0.0.0.0.`;
  return `Port ${port} on ${host} cannot be used (${code}): set ${variable} to another one.`;
}
