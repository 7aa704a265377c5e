import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page as Tab } from "@playwright/test";
import { chat } from "@trigger.dev/sdk/ai";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumFlags, findChromium } from "../support/chromium.ts";
import { answer, Conversation, tokenFor } from "./conversation.ts";
import type { Page } from "./cross-origin-page.ts";
import { startRig, type Rig } from "./harness.ts";

declare global {
  interface Window {
    Page: typeof Page;
    page: Page;
  }
}

let rig: Rig;
let server: Server;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  rig = await startRig();
  const [script] = await Promise.all([bundle(), rig.startWorker()]);
  server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
});
afterAll(async () => {
  await browser.close();
  server.close();
  server.closeAllConnections();
  await rig.stop();
});

/** The transport as a bundler ships it to browsers. */
async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL("cross-origin-page.ts", import.meta.url));
  const built = await build({
    configFile: false,
    logLevel: "error",
    build: { write: false, rollupOptions: { input: entry } },
  });
  const [{ output } = { output: [] }] = [built].flat() as { output: { type: string; code?: string }[] }[];
  const [chunk, ...more] = output;
  if (chunk?.code === undefined || more.length > 0) throw new Error("the page is not one script");
  return chunk.code;
}

/** A tab of the other origin with a transport for the chat, and the preflights that its browser sends. */
async function open(id: string, session?: object): Promise<{ tab: Tab; preflights: Set<string> }> {
  new Conversation(rig.url);
  const tab = await browser.newPage();
  const start = chat.createStartSessionAction("scripted");
  await tab.exposeFunction("tokenFor", (chatId: string) => tokenFor(chatId));
  await tab.exposeFunction("start", (chatId: string) => start({ chatId }));
  const preflights = new Set<string>();
  const network = await tab.context().newCDPSession(tab);
  await network.send("Network.enable");
  network.on("Network.requestWillBeSent", ({ request }) => {
    if (request.method === "OPTIONS") preflights.add(new URL(request.url).pathname);
  });
  await tab.goto(origin);
  await tab.waitForFunction(() => "Page" in window);
  await tab.evaluate(([url, chatId, given]) => void (window.page = new window.Page(url, chatId, given)), [
    rig.url,
    id,
    session,
  ] as const);
  return { tab, preflights };
}

const send = (tab: Tab, text: string) => tab.evaluate((question) => window.page.send(question), text);
const resume = (tab: Tab) => tab.evaluate(() => window.page.resume());

describe("a page of another origin, in a browser", () => {
  it("sends, and reads the answers as they come, after the preflights for both", async () => {
    const id = crypto.randomUUID();
    const { tab, preflights } = await open(id);
    const asked = send(tab, "words=40 every=20");
    await tab.waitForFunction(() => window.page.pieces > 5);
    expect(await tab.evaluate(() => window.page.text)).not.toContain("w40");
    expect(await asked).toBe(answer(1, 40));
    expect(await send(tab, "words=2")).toBe(answer(3, 2));
    const session = `/realtime/v1/sessions/${id}`;
    expect([...preflights].sort()).toEqual([`${session}/in/append`, `${session}/out`]);
    await tab.close();
  });

  it("resumes in the middle of an answer, and is told when there is nothing to resume", async () => {
    const id = crypto.randomUUID();
    const { tab: first } = await open(id);
    await send(first, "words=1");
    const session = (await first.evaluate(() => window.page.session())) ?? {};
    const asked = send(first, "words=60 every=20");
    await first.waitForFunction(() => window.page.text.includes("w10"));
    const { tab: second } = await open(id, { ...session, isStreaming: true, activeInputSeq: 1 });
    expect(await resume(second)).toBe(answer(3, 60));
    expect(await asked).toBe(answer(3, 60));

    const settled = (await first.evaluate(() => window.page.session())) ?? {};
    const { tab: third } = await open(id, { ...settled, isStreaming: true });
    const seen = third.waitForResponse((response) => response.url().endsWith("/out"));
    expect(await resume(third)).toBe("");
    expect((await seen).headers()["x-session-settled"]).toBe("true");
    await Promise.all([first, second, third].map((tab) => tab.close()));
  });

  it("is given a new token when its own is refused", async () => {
    const id = crypto.randomUUID();
    const { tab: first } = await open(id);
    await send(first, "words=1");
    const session = (await first.evaluate(() => window.page.session())) ?? {};
    const { tab: second } = await open(id, { ...session, publicAccessToken: "refused" });
    expect(await send(second, "words=2")).toBe(answer(3, 2));
    await Promise.all([first, second].map((tab) => tab.close()));
  });

  it("reaches nothing but the realtime routes", async () => {
    const { tab } = await open(crypto.randomUUID());
    const reach = (path: string) =>
      tab.evaluate(
        (url) =>
          fetch(url, { headers: { authorization: "Bearer none" } }).then(
            ({ status }) => status,
            (error: Error) => error.name,
          ),
        `${rig.url}${path}`,
      );
    expect(await reach("/realtime/v1/sessions/x/out")).toBe(401);
    for (const path of ["/api/v1/sessions", "/engine/v1/status", "/packets/x", "/v1/streams/x/records"])
      expect(await reach(path)).toBe("TypeError");
    await tab.close();
  });
});
