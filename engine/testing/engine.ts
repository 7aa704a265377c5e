import type { Hono } from "hono";
import { createTestDatabase } from "../../tests/support/postgres.ts";
import { parseEngineConfig } from "../config.ts";
import { createEngine } from "../create-engine.ts";
import type { Engine } from "../engine.ts";
import { createApp } from "../protocol/app.ts";
import { WorkerLink } from "../worker-link.ts";

export const secretKey = "tr_skein_engine_tests";
export const accessToken = "tr_pat_engine_tests";

export type TestEngine = Engine & {
  app: Hono;
  link: WorkerLink;
  /** Moves the engine's clock; it stands still otherwise. */
  advance(ms: number): void;
  /** A request with the secret key, or with the given authorization; an object body is sent as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Asks the database itself, for what no method of the store tells. */
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
};

/** An engine on a database of its own. It listens nowhere; its `ENGINE_PORT` is where it believes it does. */
export async function createTestEngine(settings: Record<string, string> = {}): Promise<TestEngine> {
  const database = await createTestDatabase();
  const config = parseEngineConfig({
    DATABASE_URL: database.url,
    ENGINE_PORT: "1",
    TRIGGER_SECRET_KEY: secretKey,
    TRIGGER_ACCESS_TOKEN: accessToken,
    TRIGGER_PROJECT_REF: "proj_test",
    ENGINE_LOG_LEVEL: "silent",
    ...settings,
  });
  let now = Date.now();
  const engine = createEngine(config, new AbortController().signal, () => new Date(now));
  await engine.store.migrate();
  const link = new WorkerLink();
  const app = createApp(engine, link);
  return {
    ...engine,
    app,
    link,
    advance: (ms) => void (now += ms),
    async call(method, path, body, headers = { authorization: `Bearer ${secretKey}` }) {
      const text = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
      return app.request(path, { method, headers, ...(text === undefined ? {} : { body: text }) });
    },
    query: (sql, values) => database.query(sql, values),
    async stop() {
      await engine.store.close();
      await database.drop();
    },
  };
}

export const newSession = (externalId: string, more: object = {}) => ({
  type: "chat.agent",
  externalId,
  taskIdentifier: "chat",
  triggerConfig: { basePayload: { chatId: externalId, trigger: "preload" }, tags: ["run-tag"] },
  ...more,
});

export const message = (text: string) =>
  JSON.stringify({ kind: "message", payload: { trigger: "submit-message", message: { id: text } } });

/** The headers of a record that ends a turn which took in the input up to `seq`. */
export const turnComplete = (seq: number): [string, string][] => [
  ["trigger-control", "turn-complete"],
  ["session-in-event-id", String(seq)],
];
