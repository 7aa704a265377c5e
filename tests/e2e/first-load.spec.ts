import { brotliCompressSync } from "node:zlib";
import { expectAnswer, prompt, startChat } from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

/** In bytes of Brotli. What a page loads when it needs it is not part of it. */
const BUDGET = 150_000;

test("what a page of a conversation loads before it is alive stays small", async ({ guest: page }) => {
  await startChat(page, prompt("words=3"));
  await expectAnswer(page, 3);
  const response = await page.request.get(page.url());
  const seen = new Set<string>();
  const sizes = new Map<string, number>();
  async function load(path: string): Promise<void> {
    if (seen.has(path)) return;
    seen.add(path);
    const body = await (await page.request.get(path)).text();
    sizes.set(path, brotliCompressSync(body).length);
    // Only static imports have no parenthesis.
    const imports = [...body.matchAll(/(?:from|import)\s*"(\.[^"]+\.js)"/g)].map(([, name = ""]) => name);
    await Promise.all(imports.map((name) => load(new URL(name, new URL(path, page.url())).pathname)));
  }
  // The document imports two, and its headers name the rest.
  const said = `${await response.text()} ${response.headers().link ?? ""}`;
  const named = [...said.matchAll(/[^"<\s]*\/_app\/immutable\/[^">]+\.js/g)].map(([name]) => name);
  await Promise.all(named.map((name) => load(new URL(name, page.url()).pathname)));
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  expect(total, JSON.stringify(Object.fromEntries(sizes), null, 2)).toBeLessThanOrEqual(BUDGET);
  expect(total, "it was found at all").toBeGreaterThan(50_000);
});

test("nothing of the scripts runs before the page is painted", async ({ guest: page }) => {
  await startChat(page, prompt("words=3"));
  await expectAnswer(page, 3);
  const html = await (await page.request.get(page.url())).text();
  const imports = [...html.matchAll(/.{0,30}import\("[^"]+"\)/g)].map(([it]) => it.trim());
  expect(imports).toHaveLength(2);
  for (const it of imports) expect(it).toContain("skeinPainted.then(() => import(");
});
