import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { sessions } from "@trigger.dev/sdk";
import { chat } from "@trigger.dev/sdk/chat-server";
import { readUIMessageStream, tool, type streamText, type UIMessage, type UIMessageChunk } from "ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { answer, Conversation, tokenFor } from "./conversation.ts";
import { startRig, type Rig } from "./harness.ts";
import { scripted } from "./worker/trigger/agents.ts";
import { calling } from "./worker/trigger/teams.ts";

let rig: Rig;

beforeAll(async () => {
  rig = await startRig();
  await rig.startWorker();
});
afterAll(() => rig.stop());

describe("a head start by a route of the app", () => {
  it("answers the first message over the transport's own request; the next ones go to the run", async () => {
    const { page, close } = await startedBy({
      agentId: "scripted",
      run: ({ messages, streamText: bound }) =>
        Promise.resolve(
          bound({ model: scripted(messages.length, "words=3", "route ") }) as ReturnType<typeof streamText>,
        ),
    });
    expect(await page.ask("words=9")).toBe(`route ${answer(1, 3)}`);
    expect(await page.ask("words=2")).toBe(answer(3, 2));
    expect((await sessions.retrieve(page.id)).taskIdentifier).toBe("scripted");
    close();
  });

  it("leaves a tool to the run, which goes on in the same message over the same request", async () => {
    const schema = tool({ description: "Asks.", inputSchema: z.object({ topic: z.string() }) });
    const { page, close } = await startedBy({
      agentId: "lead",
      run: ({ streamText: bound }) =>
        Promise.resolve(
          bound({
            model: calling("research", { topic: "words=4" }),
            tools: { research: schema },
          }) as unknown as ReturnType<typeof streamText>,
        ),
    });
    const message = await messageOf(await page.send("ask"));
    const part = message.parts.find(({ type }) => type === "tool-research");
    expect(part).toMatchObject({ state: "output-available", input: { topic: "words=4" } });
    expect(JSON.stringify(part)).toContain(answer(1, 4));
    expect(message.parts.at(-1)).toMatchObject({
      type: "text",
      text: expect.stringMatching(/^known=\d+ w1$/) as string,
    });
    close();
  });
});

/** A page whose first message goes to a route with this head start. */
async function startedBy(options: Parameters<typeof chat.headStart>[0]) {
  const server = createServer(getRequestListener(chat.headStart(options)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const headStart = `http://127.0.0.1:${port}/api/chat`;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { page: new Conversation(rig.url, { task: options.agentId, headStart }), close };
}

describe("a page", () => {
  it("asks for another answer, which replaces the one before", async () => {
    const page = new Conversation(rig.url);
    expect(await page.ask("words=1")).toBe(answer(1, 1));
    expect(await page.ask("words=2")).toBe(answer(3, 2));
    expect(await page.regenerate()).toBe(answer(3, 2));
    expect(await page.ask("words=1")).toBe(answer(5, 1));
  });

  it.each([
    [true, "removed notes"],
    [false, "denied"],
  ])("decides about a tool that waits for approval: %s", async (approved, trace) => {
    const page = new Conversation(rig.url, { task: "lead" });
    const asked = await messageOf(await page.send("approve"));
    const part = asked.parts.find((candidate) => candidate.type === "tool-remove") as {
      state: string;
      approval: { id: string };
    };
    expect(part.state).toBe("approval-requested");
    Object.assign(part, { state: "approval-responded", approval: { ...part.approval, approved } });
    page.messages.push(asked);
    const chunks: UIMessageChunk[] = [];
    for await (const chunk of await page.answer()) chunks.push(chunk);
    expect(JSON.stringify(chunks)).toContain(trace);
    expect(chunks.some((chunk) => chunk.type === "text-delta")).toBe(true);
  });
});

async function messageOf(chunks: AsyncIterable<UIMessageChunk>): Promise<UIMessage> {
  let last: UIMessage | undefined;
  const stream = chunks as unknown as ReadableStream<UIMessageChunk>;
  for await (const message of readUIMessageStream({ stream })) last = message;
  if (!last) throw new Error("no message came");
  return last;
}

describe("a page of another origin", () => {
  const asked = { origin: "https://elsewhere.example", "access-control-request-method": "GET" };

  it("is answered its preflight for everything the transport sends, on the realtime routes alone", async () => {
    const page = new Conversation(rig.url);
    await page.ask("words=1");
    const headers =
      "authorization,content-type,last-event-id,timeout-seconds,x-part-id,x-peek-settled,x-trigger-source";
    const preflight = (path: string, method: string) =>
      fetch(`${rig.url}${path}`, {
        method: "OPTIONS",
        headers: { ...asked, "access-control-request-method": method, "access-control-request-headers": headers },
      });
    for (const [path, method] of [
      [`/realtime/v1/sessions/${page.id}/out`, "GET"],
      [`/realtime/v1/sessions/${page.id}/in/append`, "POST"],
      [`/realtime/v1/sessions/${page.id}/channels/frames/out`, "GET"],
    ] as const) {
      const response = await preflight(path, method);
      expect(response.status).toBe(204);
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(response.headers.get("access-control-allow-methods")).toContain(method);
      const allowed = response.headers.get("access-control-allow-headers")?.toLowerCase().split(",") ?? [];
      expect(allowed).toEqual(expect.arrayContaining(headers.split(",")));
    }
    const closed = await preflight("/api/v1/sessions", "POST");
    expect(closed.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("may read what it has a token for, and sees the headers that the transport looks at", async () => {
    const page = new Conversation(rig.url);
    await page.ask("words=1");
    const response = await fetch(`${rig.url}/realtime/v1/sessions/${page.id}/out`, {
      headers: { origin: asked.origin, authorization: `Bearer ${await tokenFor(page.id)}`, "x-peek-settled": "1" },
    });
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-expose-headers")).toContain("x-session-settled");
    expect(response.headers.get("x-session-settled")).toBe("true");
    await response.text();
    const refused = await fetch(`${rig.url}/realtime/v1/sessions/${page.id}/out`, {
      headers: { origin: asked.origin },
    });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("access-control-allow-origin")).toBe("*");
  });
});
