import { generateJWT } from "@trigger.dev/core/v3/jwt";
import { accessToken, newSession, secretKey } from "../engine.ts";
import { engineRoutes } from "../routes.ts";
import type { World } from "./requests.ts";

/** Some sessions with runs in the engine at `url`, and tokens of every kind to reach them with. */
export async function createWorld(url: string): Promise<World> {
  const names = ["fuzz-1", "fuzz-2", "fuzz-3"];
  const made = await Promise.all(
    names.map(async (name) => {
      const body = JSON.stringify(newSession(name));
      const headers = { authorization: `Bearer ${secretKey}`, "content-type": "application/json" };
      const response = await fetch(`${url}/api/v1/sessions`, { method: "POST", headers, body });
      return (await response.json()) as { id: string; runId: string };
    }),
  );
  const stream = "sessions/fuzz-1/out";
  const sign = (payload: object, more: object = {}) =>
    generateJWT({ secretKey, payload: { sub: "env_embedded", ...payload }, ...more });
  const scopes = ["read:sessions:fuzz-1", "write:sessions:fuzz-1", "read:runs"];
  const session = await sign({ pub: true, scopes });
  const streamToken = await sign({ stream });
  const packet = { name: "packet_x", token: await sign({ packet: "packet_x", access: "write" }) };
  const bearers = [secretKey, secretKey, secretKey, session, streamToken, accessToken];
  return {
    sessions: [...names, ...made.map(({ id }) => id)],
    runs: made.map(({ runId }) => runId),
    tokens: [
      ...[
        "",
        "Bearer",
        "Bearer ",
        "Bearer é",
        "Basic abc",
        `bearer ${secretKey}`,
        `Bearer ${"a".repeat(7_000)}`,
        "Bearer a.b.c",
      ],
      ...bearers.map((bearer) => `Bearer ${bearer}`),
      `Bearer ${await sign({ pub: true, scopes }, { expirationTime: new Date(0) })}`,
      `Bearer ${await sign({ pub: true, scopes: [null, 1, {}, "::::", "write"] })}`,
      `Bearer ${session.slice(0, -4)}AAAA`,
      `Bearer ${btoa('{"alg":"none"}')}.${btoa('{"sub":"env_embedded","pub":true}')}.`,
    ],
    streamToken,
    stream,
    packet,
    // Without a worker, `/readyz` says 503 as it should.
    routes: engineRoutes().filter(({ path }) => path !== "/readyz"),
  };
}
