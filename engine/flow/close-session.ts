import { close } from "../core/session.ts";
import type { Engine } from "../engine.ts";
import { notFound } from "../errors.ts";
import { isOver } from "../store/runs.ts";
import type { Session } from "../store/sessions.ts";
import { streamName } from "../store/streams.ts";
import { wake } from "./input.ts";

/**
 * Ends a session for good; again changes nothing, unless it is deleted now (`forget.ts`). A live run is told by a record on its input, so that it leaves; the
 * run that closes its own session is leaving already, and a run that is over must not be followed by one that only leaves.
 */
export async function closeSession(
  engine: Engine,
  name: string,
  { reason, callingRunId }: { reason?: string; callingRunId?: string },
): Promise<Session> {
  const now = engine.now();
  const outcome = await engine.store.transaction(async (tx) => {
    const session = await tx.sessions.findAndLock(name);
    if (!session) throw notFound("Session");
    const change = close(session, reason, now);
    if (!change) return { session, stream: "", records: [], woken: [] };
    const stream = streamName(session.stream_key, "in");
    const current = session.current_run_id === null ? undefined : await tx.runs.byId(session.current_run_id);
    const tells = !session.closed_at && callingRunId === undefined && current !== undefined && !isOver(current);
    const raw = JSON.stringify({
      kind: "message",
      payload: { chatId: session.external_id ?? session.id, trigger: "close" },
    });
    const { records } = tells
      ? await tx.streams.append(stream, [{ body: JSON.stringify({ data: raw, id: crypto.randomUUID() }) }])
      : { records: [] };
    const woken = tells ? await wake(tx, stream, raw, now) : [];
    const closed = await tx.sessions.update(session.id, change);
    return { session: closed, stream, records, woken };
  });
  if (outcome.records.length > 0) engine.signals.appended(outcome.stream, outcome.records);
  for (const runId of outcome.woken) engine.signals.runChanged(runId);
  return outcome.session;
}
