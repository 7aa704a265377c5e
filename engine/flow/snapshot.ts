import type { Engine } from "../engine.ts";
import { notFound, staleWrite } from "../errors.ts";
import { isOver } from "../store/runs.ts";

/**
 * Keeps the transcript that the run `writer` (or, without one, somebody with a signed URL) hands in. Under the session's
 * lock, so that a run which is just being replaced comes before its successor or not at all: throws a 409 then.
 */
export async function writeSnapshot(engine: Engine, sessionId: string, body: Buffer, writer?: string): Promise<void> {
  await engine.store.transaction(async (tx) => {
    const session = await tx.sessions.findAndLock(sessionId);
    if (!session) throw notFound("Session");
    if (writer !== undefined && session.current_run_id !== writer) {
      const run = await tx.runs.byId(writer);
      if (!run || isOver(run)) throw staleWrite("Another run has taken over this session");
    }
    await tx.snapshots.write(sessionId, body);
  });
}
