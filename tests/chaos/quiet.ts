import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Failure } from "./verdict.ts";

const LOOK_MS = 250;

/** Asks the database until it says something: it may just be starting again. */
export async function patiently<T>(question: () => Promise<T>, withinMs = 30_000): Promise<T> {
  for (const end = Date.now() + withinMs; ; await sleep(LOOK_MS))
    try {
      return await question();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
}

/** Waits until no chat is running and no first turn is open; what is left after `withinMs`, the verdict tells. */
export async function untilQuiet(db: pg.Pool, withinMs: number): Promise<void> {
  const busy = async () =>
    (await db.query("select 1 from chat where status = 'running' or first_turn <> 'done' limit 1")).rows.length > 0;
  for (const end = Date.now() + withinMs; Date.now() < end && (await patiently(busy)); await sleep(LOOK_MS));
}

/**
 * Runs that the engine takes for alive although nobody is behind them: each live run is told to go, and whoever is there
 * goes. (Spares come and go by themselves.)
 */
export async function runsLeft(db: pg.Pool, close: (chatId: string) => Promise<void>): Promise<Failure[]> {
  const live = () =>
    patiently(async () => {
      const { rows } = await db.query<{ id: string; chat: string; status: string }>(
        `select run.id, session.external_id as chat, execution_status as status from engine.run
         join engine.session on session.id = run.session_id where execution_status <> 'FINISHED' and not is_spare`,
      );
      return rows;
    });
  for (const { chat } of await live()) await close(chat);
  for (const end = Date.now() + 20_000; Date.now() < end && (await live()).length > 0; await sleep(LOOK_MS));
  return (await live()).map(({ id, chat, status }) => ({ chatId: chat, what: `${id} is left ${status}` }));
}
