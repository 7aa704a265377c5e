import { randomBytes } from "node:crypto";
import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { LaunchProblem } from "./problem.ts";

const kept = z.object({
  postgresPassword: z.string().min(1),
  triggerSecretKey: z.string().min(1),
  triggerAccessToken: z.string().startsWith("tr_pat_"),
  authSecret: z.string().min(32),
});

export type Secrets = z.infer<typeof kept>;

/** The keys of the embedded mode, made at the first start and found again at every later one. */
export async function loadSecrets(dataDir: string): Promise<Secrets> {
  const path = join(dataDir, "secrets.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text !== undefined) return parse(path, text);
  const secrets: Secrets = {
    postgresPassword: random(),
    // Not shaped like `tr_dev_sk_…`: the SDK would then refuse to sign tokens itself.
    triggerSecretKey: `tr_skein_${random()}`,
    triggerAccessToken: `tr_pat_${random()}`,
    authSecret: random(),
  };
  // Whole or not at all: half a file would lock people out of their own database.
  await writeFile(`${path}.new`, JSON.stringify(secrets, null, 2) + "\n", { mode: 0o600 });
  await chmod(`${path}.new`, 0o600);
  await rename(`${path}.new`, path);
  return secrets;
}

function parse(path: string, text: string): Secrets {
  try {
    return kept.parse(JSON.parse(text));
  } catch {
    throw new LaunchProblem(`${path} cannot be read: restore it, or set SKEIN_DATA_DIR to a new directory.`);
  }
}

const random = () => randomBytes(32).toString("hex");
