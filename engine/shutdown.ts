import type { Server as WorkerSockets } from "socket.io";
import type { Engine } from "./engine.ts";
import type { EngineServer } from "./server.ts";

/** What is under way gets this long. The launcher waits a little less before it ends the process by force. */
const DRAIN_MS = 5_000;

/**
 * Ends the engine without losing a word it gave: no new connections, streams break off so that their readers resume
 * elsewhere, appends under way are committed and acknowledged; then the database's pool closes.
 */
export async function shutDown(
  engine: Engine,
  closing: AbortController,
  parts: { server: EngineServer; sockets: WorkerSockets; stopTimers: () => void },
): Promise<void> {
  const startedAt = Date.now();
  engine.log.info({ connections: parts.server.connections() }, "shutting down");
  closing.abort();
  parts.stopTimers();
  parts.sockets.disconnectSockets(true);
  await parts.server.close(DRAIN_MS);
  await engine.store.close();
  engine.log.info({ ms: Date.now() - startedAt }, "shut down");
}
