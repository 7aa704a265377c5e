import { env } from "$env/dynamic/private";
import { getRequestEvent } from "$app/server";
import { startContinuations } from "./approvals/send.ts";
import { createAuth, type Auth } from "./auth.ts";
import { realtimeUrl } from "./chat-page.ts";
import { parseConfig } from "./config.ts";
import { startFileSweep } from "./files/sweep.ts";
import { stopHeadStart } from "./head-start.ts";
import { createLiveFeed } from "./live.ts";
import { startPurge } from "./purge.ts";
import { startDispatcher } from "./queue/dispatch.ts";
import { startRecoverySweep } from "./recovery.ts";
import { createServices, type Services } from "./services.ts";

/** Everything the web server is made of, put together once. */
export interface App {
  services: Services;
  auth: Auth;
  live: ReturnType<typeof createLiveFeed>;
  /** Where the browser's transport connects to; empty: this origin. */
  realtimeUrl: string;
}

// In development an edit loads this module again: the app before it is kept outside, so that it can be closed.
const slot = globalThis as { skeinApp?: App & { close(): Promise<void> } };

export function app(): App {
  if (!slot.skeinApp) throw new Error("The app is used before it was started.");
  return slot.skeinApp;
}

/** Runs once when the server starts; a broken configuration ends it here, in sentences. */
export async function startApp(): Promise<void> {
  const parsed = parseConfig(env);
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  const { config } = parsed;
  if (config.authSecret === undefined) throw new Error("AUTH_SECRET must be set: it signs the cookies.");

  await slot.skeinApp?.close();
  const services = createServices(config);
  const live = createLiveFeed(config.databaseUrl, { onstop: stopHeadStart });
  const stopSweeps = [
    startRecoverySweep(services),
    startFileSweep(services),
    startPurge(services),
    startDispatcher(services, live),
    startContinuations(services),
  ];
  slot.skeinApp = {
    services,
    auth: createAuth({
      db: services.db,
      secret: config.authSecret,
      origin: config.web.origin,
      getRequestEvent,
    }),
    live,
    realtimeUrl: realtimeUrl(services),
    async close() {
      for (const stop of stopSweeps) stop();
      await live.close();
      await services.db.destroy();
    },
  };
}
