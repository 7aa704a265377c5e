import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test as base, type BrowserContext, type Page } from "@playwright/test";
import { startMockOpenAI, type MockOpenAI } from "../support/mock-openai.ts";
import { startStack, type Stack } from "../support/stack.ts";
import { modelEnvironment } from "../support/model-environment.ts";
import { openNewChat } from "./conversation.ts";

export { expect } from "@playwright/test";

interface TestFixtures {
  /** A newcomer's page with an empty composer. */
  guest: Page;
  /** Somebody else: a browser with cookies of its own. */
  newcomer: () => Promise<BrowserContext>;
  evidence: undefined;
}

interface WorkerFixtures {
  model: MockOpenAI;
  /** The whole app, production build, with that model. */
  stack: Stack;
  /** Whoever kills processes names a stack of their own, so that no other story meets what they left. */
  stackName: string;
  stackMode: "start" | "dev";
  /** Without it there is the demo model alone, at a pace for tests. */
  hasModel: boolean;
  /** How long the model may be silent. Stories that hold an answer want longer, and name a stack of their own. */
  modelTimeoutMs: number;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  stackName: ["shared", { scope: "worker", option: true }],
  stackMode: ["start", { scope: "worker", option: true }],
  hasModel: [true, { scope: "worker", option: true }],
  modelTimeoutMs: [3000, { scope: "worker", option: true }],
  model: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the pattern to know what is needed
    async ({}, use) => {
      const model = await startMockOpenAI();
      await use(model);
      await model.close();
    },
    { scope: "worker" },
  ],
  stack: [
    async ({ model, stackName: _its, stackMode: mode, modelTimeoutMs, hasModel }, use) => {
      const env = hasModel ? modelEnvironment(model, modelTimeoutMs) : DEMO_PACE;
      const stack = await startStack({ mode, env });
      await use(stack);
      await stack.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  baseURL: async ({ stack }, use) => use(stack.url),
  guest: async ({ page }, use) => {
    await openNewChat(page);
    await use(page);
  },
  newcomer: async ({ browser, baseURL }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({ baseURL });
      contexts.push(context);
      return context;
    });
    for (const context of contexts) await context.close();
  },
  evidence: [
    async ({ stack, model }, use, info) => {
      const before = model.requests.length;
      await use(undefined);
      if (info.status === info.expectedStatus) return;
      // Beside the screenshot; the stack's own directory goes with the stack.
      const keep = (name: string, text: string) => writeFileSync(info.outputPath(name), text);
      keep("launcher.log", stack.output());
      keep("model.json", JSON.stringify(model.requests.slice(before), brief, 1));
      const logs = join(stack.dataDir, "logs");
      for (const name of readdirSync(logs)) keep(name, readFileSync(join(logs, name), "utf8"));
    },
    { auto: true },
  ],
});

const DEMO_PACE = { DEMO_TTFT_MS: "50", DEMO_TOKENS_PER_SECOND: "200" };

const brief = (key: string, value: unknown) => (key === "sentAt" ? undefined : value);
