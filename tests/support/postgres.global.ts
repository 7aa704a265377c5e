import { startTestPostgres } from "./postgres.ts";

/** vitest's global set-up: the run's Postgres, unless `npm test` has already started one for all parts. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_POSTGRES_URL) return undefined;
  const postgres = await startTestPostgres();
  // Inherited by vitest's workers, which start after this.
  process.env.TEST_POSTGRES_URL = postgres.url;
  return async () => {
    delete process.env.TEST_POSTGRES_URL;
    await postgres.stop();
  };
}
