import { createWriteStream, renameSync, statSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

const keepBytes = 10 * 1024 * 1024;

/** One line to the person at the terminal. */
export function say(line: string): void {
  console.log(line);
}

/** `<data dir>/logs/<name>.log`; a large one makes room at the next start and is kept once as `<name>.log.1`. */
export class ChildLog {
  readonly path: string;
  readonly #name: string;
  readonly #file: WriteStream;
  /** The last line that looked like the reason of a failure. */
  lastImportant: string | undefined;

  constructor(dataDir: string, name: string) {
    this.#name = name;
    this.path = join(dataDir, "logs", `${name}.log`);
    if ((statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) > keepBytes)
      renameSync(this.path, `${this.path}.1`);
    this.#file = createWriteStream(this.path, { flags: "a" });
    // A full disk must not take the children down with it.
    this.#file.on("error", () => {});
  }

  /** Everything goes to the file, what matters to the terminal as well. */
  follow(output: Readable, onLine?: (line: string) => void): void {
    createInterface({ input: output }).on("line", (line) => {
      this.write(line);
      onLine?.(line);
      const plain = withoutColour(line).trim();
      if (!isImportant(plain)) return;
      this.lastImportant = inShort(plain);
      say(`[${this.#name}] ${this.lastImportant}`);
    });
  }

  write(line: string): void {
    this.#file.write(`${new Date().toISOString()} [${this.#name}] ${line}\n`);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#file.end(() => resolve()));
  }
}

// eslint-disable-next-line no-control-regex -- the escape character is what is looked for
const colour = /\u001b\[[0-9;]*m/g;
export const withoutColour = (line: string) => line.replace(colour, "");

/** Postgres calls fatal what is everyday life while it starts and stops. */
const harmless = /FATAL: +(the database system is|terminating connection)/;

/** What a child says that a person should not have to look up: errors, without their stacks. */
export function isImportant(line: string): boolean {
  if (/^at |^\{.*"level":(10|20|30|40)\b/.test(line) || harmless.test(line)) return false;
  return /\b(error|fatal|panic|exception)\b|Error\b|✘|"level":(50|60)\b/i.test(line) && !/\b0 errors?\b/i.test(line);
}

/** Without decoration; of a structured record (pino) its message and its error's. */
export function inShort(line: string): string {
  if (!line.startsWith("{")) return line.replace(/^(✘ )?\[ERROR\] /, "Error: ");
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    return [msg, err?.message].filter(Boolean).join(": ") || line;
  } catch {
    return line;
  }
}
