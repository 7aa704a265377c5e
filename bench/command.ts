import { parseArgs } from "node:util";

/** `--n` of the command line. `what` it counts stands in the error when it is no whole number from 1 on. */
export function takeN(what: string, standard = 20): number {
  const { values } = parseArgs({ options: { n: { type: "string", default: `${standard}` } } });
  const n = Number(values.n);
  if (!Number.isInteger(n) || n < 1) throw new Error(`--n is ${what}: a whole number`);
  return n;
}

export const say = (what: string) => console.log(`${new Date().toTimeString().slice(0, 8)} ${what}`);
