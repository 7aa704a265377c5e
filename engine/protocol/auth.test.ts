import { generateJWT } from "@trigger.dev/core/v3/jwt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessToken, createTestEngine, newSession, secretKey, type TestEngine } from "../testing/engine.ts";

let engine: TestEngine;
const tokens: Record<string, string> = { none: "", secret: secretKey, personal: accessToken, nonsense: "a.b.c" };

beforeAll(async () => {
  engine = await createTestEngine();
  await engine.call("POST", "/api/v1/sessions", newSession("mine"));
  await engine.call("POST", "/api/v1/sessions", newSession("other"));
  const sign = (scopes: string[], more: Partial<Parameters<typeof generateJWT>[0]> = {}, payload = {}) =>
    generateJWT({ secretKey, payload: { sub: "env_embedded", pub: true, scopes, ...payload }, ...more });
  Object.assign(tokens, {
    reader: await sign(["read:sessions:mine"]),
    writer: await sign(["read:sessions:mine", "write:sessions:mine"]),
    foreign: await sign(["read:sessions:other", "write:sessions:other"]),
    expired: await sign(["write:sessions:mine"], { expirationTime: new Date(Date.now() - 60_000) }),
    forged: await sign(["write:sessions:mine"], { secretKey: "another key of somebody" }),
    "other environment": await sign(["write:sessions:mine"], {}, { sub: "env_other" }),
    "not public": await sign(["write:sessions:mine"], {}, { pub: false }),
    unsigned: `${btoa('{"alg":"none"}')}.${btoa('{"sub":"env_embedded","pub":true,"scopes":["write:sessions"]}')}.`,
  });
});
afterAll(() => engine.stop());

const routes = {
  "read the stream": ["GET", "/realtime/v1/sessions/mine/out/records"],
  "write input": ["POST", "/realtime/v1/sessions/mine/in/append"],
  "write output": ["POST", "/realtime/v1/sessions/mine/out/append"],
  "open the output": ["PUT", "/realtime/v1/sessions/mine/out"],
  "read the session": ["GET", "/api/v1/sessions/mine"],
  "change the session": ["PATCH", "/api/v1/sessions/mine"],
  list: ["GET", "/api/v1/sessions"],
  "ask for claims": ["POST", "/api/v1/auth/jwt/claims"],
  "ask for a snapshot": ["GET", "/api/v1/sessions/mine/snapshot-url"],
  dequeue: ["POST", "/engine/v1/dev/dequeue"],
  "ask who I am": ["GET", "/api/v2/whoami"],
} as const;

/** What each token may do; everything else is refused. */
const allowed: Record<string, (keyof typeof routes)[]> = {
  secret: [
    ...(["read the stream", "write input", "write output", "open the output", "read the session"] as const),
    ...(["change the session", "list", "ask for claims", "ask for a snapshot", "dequeue"] as const),
  ],
  personal: ["ask who I am"],
  reader: ["read the stream", "read the session"],
  writer: ["read the stream", "read the session", "write input"],
};

const kinds = [
  ...["none", "secret", "personal", "nonsense", "reader", "writer", "foreign", "expired", "forged"],
  ...["other environment", "not public", "unsigned"],
];
/** Known, but not enough for the route. */
const isKnown = (kind: string) => ["reader", "writer", "foreign"].includes(kind);

describe.each(kinds)("with the token: %s", (kind) => {
  it.each(Object.keys(routes) as (keyof typeof routes)[])("%s", async (name) => {
    const [method, path] = routes[name];
    const headers: Record<string, string> = tokens[kind] ? { authorization: `Bearer ${tokens[kind]}` } : {};
    const body = { dequeue: '{"currentWorker":"worker_none","oldWorkers":[]}' }[name as "dequeue"] ?? "{}";
    const { status } = await engine.call(method, path, method === "GET" ? undefined : body, headers);
    if (allowed[kind]?.includes(name)) expect(status).toBeLessThan(300);
    else expect(status).toBe(isKnown(kind) && name !== "ask who I am" ? 403 : 401);
  });
});
