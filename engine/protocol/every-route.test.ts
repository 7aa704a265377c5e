import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestEngine, newSession, type TestEngine } from "../testing/engine.ts";
import { engineRoutes } from "../testing/routes.ts";
import { keys, packetTokens, publicTokens, refusedTokens, snapshotTokens } from "../testing/tokens.ts";

/** What lets a request in, beside the secret key where it is a key at all. */
type Need =
  | { by: "nothing" }
  | { by: "personal" }
  | { by: "secret" }
  /** The public tokens that reach it. */
  | { by: "scope"; reached: (keyof typeof publicTokens)[] }
  | { by: "stream" }
  | { by: "snapshot" }
  /** The one token that reaches it. */
  | { by: "packet"; kind: keyof ReturnType<typeof packetTokens> };

const nothing: Need = { by: "nothing" };
const personal: Need = { by: "personal" };
const secret: Need = { by: "secret" };
const stream: Need = { by: "stream" };
const snapshot: Need = { by: "snapshot" };
const readPacket: Need = { by: "packet", kind: "packet to read" };
const writePacket: Need = { by: "packet", kind: "packet to write" };
const read: Need = { by: "scope", reached: ["reader", "writer", "admin"] };
const write: Need = { by: "scope", reached: ["writer", "admin"] };
const admin: Need = { by: "scope", reached: ["admin"] };
/** A session that does not exist yet is named by no token. */
const create: Need = { by: "scope", reached: [] };
const readRun: Need = { by: "scope", reached: [] };

/** One row a route, as the app names it; `io` where the direction decides. A route without a row fails. */
const rows: [route: string, need: Need, io?: "in" | "out"][] = [
  ["GET /healthz", nothing],
  ["GET /readyz", nothing],
  ["POST /otel/v1/:signal", nothing],
  ["POST /api/v1/sessions", create],
  ["GET /api/v1/sessions", secret],
  ["GET /api/v1/sessions/:session", read],
  ["PATCH /api/v1/sessions/:session", admin],
  ["POST /api/v1/sessions/:session/close", admin],
  ["POST /api/v1/sessions/:session/end-and-continue", secret],
  ["GET /api/v1/sessions/:session/transcript", secret],
  ["PUT /api/v1/sessions/:session/snapshot-url", secret],
  ["GET /api/v1/sessions/:session/snapshot-url", secret],
  ["PUT /snapshots/:session", snapshot],
  ["GET /snapshots/:session", snapshot],
  ["PUT /api/v2/packets/:name", secret],
  ["GET /api/v1/packets/:name", secret],
  ["PUT /packets/:packet", writePacket],
  ["GET /packets/:packet", readPacket],
  ["POST /api/v1/auth/jwt/claims", secret],
  ["GET /api/v2/whoami", personal],
  ["GET /api/v1/projects/:ref/dev", personal],
  ["POST /api/v1/projects/:ref/branches", personal],
  ["GET /api/v1/platform-notifications", personal],
  ["GET /api/v1/projects/:ref/envvars", secret],
  ["POST /api/v1/projects/:ref/background-workers", secret],
  ["POST /engine/v1/dev/runs/:run/snapshots/:snapshot/attempts/start", secret],
  ["POST /engine/v1/dev/runs/:run/snapshots/:snapshot/attempts/complete", secret],
  ["GET /engine/v1/dev/runs/:run/snapshots/latest", secret],
  ["POST /engine/v1/dev/runs/:run/snapshots/:snapshot/heartbeat", secret],
  ["POST /engine/v1/dev/runs/:run/logs/debug", secret],
  ["GET /engine/v1/status", secret],
  ["GET /engine/v1/dev/config", secret],
  ["GET /engine/v1/dev/presence", secret],
  ["POST /engine/v1/dev/dequeue", secret],
  ["POST /engine/v1/dev/disconnect", secret],
  ["PUT /realtime/v1/sessions/:session/:io", secret],
  ["POST /realtime/v1/sessions/:session/:io/append", write, "in"],
  ["POST /realtime/v1/sessions/:session/:io/append", secret, "out"],
  ["GET /realtime/v1/sessions/:session/:io/records", read],
  ["GET /realtime/v1/sessions/:session/:io", read],
  ["PUT /realtime/v1/sessions/:session/channels/:name/:io", secret],
  ["POST /realtime/v1/sessions/:session/channels/:name/:io/append", write, "in"],
  ["POST /realtime/v1/sessions/:session/channels/:name/:io/append", secret, "out"],
  ["GET /realtime/v1/sessions/:session/channels/:name/:io/records", read],
  ["GET /realtime/v1/sessions/:session/channels/:name/:io", read],
  ["POST /v1/streams/:stream/records", stream],
  ["POST /api/v1/runs/:run/session-streams/wait", secret],
  ["POST /engine/v1/runs/:run/waitpoints/tokens/:waitpoint/wait", secret],
  ["POST /engine/v1/runs/:run/wait/duration", secret],
  ["GET /api/v1/runs", readRun],
  ["POST /api/v1/runs/:run/tags", secret],
  ["GET /api/v1/runs/:run/metadata", readRun],
  ["PUT /api/v1/runs/:run/metadata", secret],
  ["POST /api/v1/tasks/:task/trigger", secret],
  ["POST /api/v3/batches", secret],
  ["POST /api/v3/batches/:batch/items", secret],
  ["GET /api/v2/batches/:batch", readRun],
  ["GET /api/v3/runs/:run", readRun],
  ["POST /api/v2/runs/:run/cancel", secret],
  ["GET /api/v1/runs/:run/trace", readRun],
  ["GET /api/v1/runs/:run/events", readRun],
  ["GET /api/v1/runs/:run/spans/:span", readRun],
];

const routeNames = engineRoutes().map(({ method, path }) => `${method} ${path}`);

it("has a row for every route of the engine, and for nothing else", () => {
  expect([...new Set(rows.map(([route]) => route))].sort()).toEqual([...new Set(routeNames)].sort());
});

let engine: TestEngine;
let sessionId: string;
let runId: string;

beforeAll(async () => {
  engine = await createTestEngine();
  const made = await engine.call("POST", "/api/v1/sessions", newSession("mine"));
  ({ id: sessionId, runId } = (await made.json()) as { id: string; runId: string });
  await engine.call("POST", "/api/v1/sessions", newSession("other"));
});
afterAll(() => engine.stop());

function pathOf(route: string, io = "out"): string {
  const [, path = ""] = route.split(" ");
  return path
    .replace("/snapshots/:session", `/snapshots/${sessionId}`)
    .replace(":session", "mine")
    .replace(":io", io)
    .replace(":run", runId)
    .replace(":stream", encodeURIComponent("sessions/mine/out"))
    .replace(":signal", "metrics")
    .replace(/:\w+/, "x");
}

/** 401 and 403 as they should be; undefined for whoever is let in. */
function refusal(need: Need, kind: string): 401 | 403 | undefined {
  if (need.by === "nothing") return undefined;
  // These know no tokens but their own: any other is one that does not reach them.
  if (need.by === "stream") return kind === "stream token" ? undefined : 403;
  if (need.by === "snapshot") return kind === "snapshot" ? undefined : 403;
  if (need.by === "packet") return kind === need.kind ? undefined : 403;
  if (need.by === "personal") return kind === "personal" ? undefined : 401;
  if (kind === "secret") return undefined;
  if (!(kind in publicTokens)) return 401;
  return need.by === "scope" && need.reached.some((reached) => reached === kind) ? undefined : 403;
}

async function statusWith(method: string, path: string, token: string, need: Need): Promise<number> {
  const isSigned = need.by === "snapshot" || need.by === "packet";
  const target = isSigned ? `${path}?token=${encodeURIComponent(token)}` : path;
  const headers: Record<string, string> = token === "" ? {} : { authorization: `Bearer ${token}` };
  const response = await engine.call(method, target, method === "GET" ? undefined : "{}", headers);
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
  if (isStream) await response.body?.cancel();
  else if (response.status === 401 || response.status === 403) {
    expect(await response.json()).toMatchObject({ error: expect.any(String) as string });
  }
  return response.status;
}

describe.each(rows)("%s", (route, need, io) => {
  const [method = ""] = route.split(" ");

  it(`lets in ${need.by === "nothing" ? "everybody" : `the right ones (${need.by})`} and refuses all others`, async () => {
    const kinds = { ...keys, ...publicTokens, ...refusedTokens, ...snapshotTokens(sessionId), ...packetTokens("x") };
    const wrong: string[] = [];
    for (const [kind, token] of Object.entries(kinds)) {
      const expected = refusal(need, kind);
      const status = await statusWith(method, pathOf(route, io), token, need);
      const isRight = expected === undefined ? ![401, 403, 500].includes(status) : status === expected;
      if (!isRight) wrong.push(`${kind}: ${status} instead of ${expected ?? "being let in"}`);
    }
    expect(wrong).toEqual([]);
  });
});
