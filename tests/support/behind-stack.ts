import pg from "pg";
import { loadSecrets } from "../../launcher/secrets.ts";
import type { Stack } from "./stack.ts";

/** What a browser does not see of a stack: its database, and how a script with the secret key reaches its engine. */
export async function behindStack({ dataDir, databaseUrl, ports }: Stack) {
  const secrets = await loadSecrets(dataDir);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  return {
    databaseUrl,
    engine: { baseURL: `http://127.0.0.1:${ports.engine}`, accessToken: secrets.triggerSecretKey },
    query: async <Row extends object>(text: string, values: unknown[] = []) =>
      (await pool.query<Row>(text, values)).rows,
    close: () => pool.end(),
  };
}
