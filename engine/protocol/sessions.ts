import {
  CloseSessionRequestBody,
  CreateSessionRequestBody,
  EndAndContinueSessionRequestBody,
  ListSessionsQueryParams,
  UpdateSessionRequestBody,
} from "@trigger.dev/core/v3/schemas";
import { Hono } from "hono";
import type { Engine } from "../engine.ts";
import { notFound } from "../errors.ts";
import { closeSession } from "../flow/close-session.ts";
import { handOver } from "../flow/hand-over.ts";
import { checkConfig } from "../flow/session-options.ts";
import { startSession } from "../flow/sessions.ts";
import type { ListFilter, Session } from "../store/sessions.ts";
import { requireScope, requireSecret, sessionToken } from "./auth.ts";
import { parseBody, parseWith } from "./body.ts";
import { createdAt } from "./created-at.ts";
import { sessionItem } from "./session-item.ts";
import { writerOf } from "./writer.ts";

/** `/api/v1/sessions`: create, list, retrieve, update, close, hand over to a fresh run. */
export function sessionRoutes(engine: Engine): Hono {
  const app = new Hono();

  app.post("/", async (c) => {
    await requireScope(engine, c, { action: "write", type: "sessions", ids: [] });
    const body = await parseBody(c, CreateSessionRequestBody);
    checkConfig(body.triggerConfig);
    const { session, runId, isCached } = await startSession(engine, {
      externalId: body.externalId ?? null,
      type: body.type,
      task: body.taskIdentifier,
      triggerConfig: body.triggerConfig,
      tags: body.tags ?? [],
      metadata: body.metadata ?? null,
      expiresAt: body.expiresAt ?? null,
    });
    const publicAccessToken = await sessionToken(engine, session.external_id ?? session.id);
    return c.json({ ...sessionItem(session), runId, publicAccessToken, isCached }, isCached ? 200 : 201);
  });

  app.get("/", async (c) => {
    await requireSecret(engine, c);
    const query = parseWith(ListSessionsQueryParams, splitLists(c.req.query()));
    const now = engine.now();
    const page = await engine.store.sessions.list(toFilter(query, now), now);
    const { next, previous } = page;
    return c.json({ data: page.sessions.map(sessionItem), pagination: { next, previous } });
  });

  app.get("/:session", async (c) => {
    const session = await reach(engine, c.req.param("session"));
    await requireScope(engine, c, { action: "read", type: "sessions", ids: namesOf(session) });
    return c.json(sessionItem(found(session)));
  });

  app.patch("/:session", async (c) => {
    const session = await reach(engine, c.req.param("session"));
    await requireScope(engine, c, { action: "admin", type: "sessions", ids: namesOf(session) });
    const body = await parseBody(c, UpdateSessionRequestBody);
    await writerOf(engine, c, found(session));
    const updated = await engine.store.sessions.update(found(session).id, {
      ...(body.tags && { tags: body.tags }),
      ...(body.metadata !== undefined && { metadata: body.metadata }),
      ...(body.externalId !== undefined && { external_id: body.externalId }),
    });
    return c.json(sessionItem(updated));
  });

  app.post("/:session/close", async (c) => {
    const session = await reach(engine, c.req.param("session"));
    await requireScope(engine, c, { action: "admin", type: "sessions", ids: namesOf(session) });
    const body = await parseBody(c, CloseSessionRequestBody);
    await writerOf(engine, c, found(session));
    return c.json(sessionItem(await closeSession(engine, found(session).id, body)));
  });

  app.post("/:session/end-and-continue", async (c) => {
    await requireSecret(engine, c);
    const { callingRunId } = await parseBody(c, EndAndContinueSessionRequestBody);
    return c.json(await handOver(engine, c.req.param("session"), callingRunId));
  });

  return app;
}

const reach = (engine: Engine, name: string) => engine.store.sessions.find(name);

/** Unknown to whoever may ask; a token for another session hears 403 before it could learn what exists. */
function found(session: Session | undefined): Session {
  if (!session) throw notFound("Session");
  return session;
}

/** The forms a token may name a session by. */
export const namesOf = (session: Session | undefined) =>
  session ? [session.id, ...(session.external_id === null ? [] : [session.external_id])] : [];

type ListQuery = ReturnType<typeof ListSessionsQueryParams.parse>;

const LISTS = ["filter[type]", "filter[tags]", "filter[taskIdentifier]", "filter[status]"];

/** Lists arrive as one comma-joined value. */
function splitLists(query: Record<string, string>): Record<string, string | string[]> {
  const split = ([name, value]: [string, string]) => [name, LISTS.includes(name) ? value.split(",") : value] as const;
  return Object.fromEntries(Object.entries(query).map(split));
}

const values = (filter: string | string[] | undefined) => (filter === undefined ? undefined : [filter].flat());

function toFilter(query: ListQuery, now: Date): ListFilter {
  return {
    limit: query["page[size]"],
    after: query["page[after]"],
    before: query["page[before]"],
    types: values(query["filter[type]"]),
    tags: values(query["filter[tags]"]),
    tasks: values(query["filter[taskIdentifier]"]),
    externalId: query["filter[externalId]"],
    statuses: values(query["filter[status]"]),
    ...createdAt(query, now),
  };
}
