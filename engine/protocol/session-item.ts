import type { Session } from "../store/sessions.ts";

/** `SessionItem` of @trigger.dev/core. */
export function sessionItem(session: Session) {
  return {
    id: session.id,
    externalId: session.external_id,
    type: session.type,
    taskIdentifier: session.task,
    triggerConfig: session.trigger_config,
    currentRunId: session.current_run_id,
    tags: session.tags,
    metadata: session.metadata,
    closedAt: session.closed_at,
    closedReason: session.closed_reason,
    expiresAt: session.expires_at,
    createdAt: session.created_at,
    updatedAt: session.updated_at,
  };
}
