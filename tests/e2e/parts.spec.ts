import type { Locator, Page } from "@playwright/test";
import {
  act,
  answers,
  expectAnswer,
  expectSettled,
  isAlive,
  lastAnswer,
  openNewChat,
  prompt,
  startChat,
  untilSaved,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { text, tool, withAnswer } from "./stored-answer.ts";

const card = (page: Page, name: string) => lastAnswer(page).getByRole("group", { name, exact: true });
const header = (of: Locator) => of.getByRole("button").first();
const details = (page: Page) => page.getByRole("dialog", { name: "Details" });

/** Opens the details of the last answer and gives them as they read. */
async function readDetails(page: Page): Promise<string> {
  await act(lastAnswer(page), "Details");
  const text = await details(page).innerText();
  await page.keyboard.press("Escape");
  await expect(details(page)).toBeHidden();
  return text;
}

test("a tool's card: what it found is links, folded until somebody looks, and the same after a reload", async ({
  guest,
}) => {
  const word = `w${crypto.randomUUID().slice(0, 8)}`;
  const found = await startChat(guest, `words=3 about ${word}`);
  await expectAnswer(guest, 3);
  await untilSaved(guest);
  await openNewChat(guest);
  await startChat(guest, prompt(`words=2 tool=searchChats query=${word} after=3`));
  await expect(lastAnswer(guest)).toContainText("w5");
  await expectSettled(guest);

  const search = card(guest, "Search chats");
  const said = /^\s*Search chats\s+\S+\s+([\d.]+ s\s+)?Done\s*$/;
  await expect(search).toHaveText(said);
  await expect(header(search)).toHaveAttribute("aria-expanded", "false");
  await untilSaved(guest);
  for (const again of [false, true]) {
    if (again) await guest.reload();
    await isAlive(guest);
    await expect(search).toHaveText(said);
    await header(search).focus();
    await guest.keyboard.press("Enter");
    await expect(header(search)).toHaveAttribute("aria-expanded", "true");
    await expect(search.getByRole("list", { name: "Found" }).getByRole("link")).toHaveAttribute(
      "href",
      `/chats/${found}`,
    );
    await expect(search).toContainText(word);
  }
  await header(search).click();
  await expect(search).toHaveText(said);
});

test("what an answer took is there on demand, of a head start and of the agent, and after a reload", async ({
  guest,
}) => {
  await startChat(guest, prompt("words=5 tokens=1205"));
  await expectAnswer(guest, 5);
  const took = /Time\s.*\sModel\s+numbered\s+Tokens in\s+1,200\s+Tokens out\s+5\s+Duration\s+[\d.]+ s$/s;
  expect(await readDetails(guest)).toMatch(took);
  await untilSaved(guest);
  await guest.reload();
  await isAlive(guest);
  expect(await readDetails(guest)).toMatch(took);

  await openNewChat(guest);
  await startChat(guest, prompt("words=5 tokens=1205 tool=searchChats query=nothing after=4"));
  await expect(lastAnswer(guest)).toContainText("w9");
  await expectSettled(guest);
  await untilSaved(guest);
  const both = /Tokens in\s+2,400\s+Tokens out\s+10\s+Steps\s+2\s/;
  expect(await readDetails(guest)).toMatch(both);
  await guest.reload();
  await isAlive(guest);
  expect(await readDetails(guest)).toMatch(both);
});

test("what it cost stands beside the day of the prices", async ({ guest, stack }) => {
  const usage = {
    ...{ inputTokens: 3000, cachedInputTokens: 2000, outputTokens: 800, reasoningTokens: 300, steps: 1, ms: 65_000 },
    cost: { usd: 0.0123, pricesOf: "2026-11-28" },
  };
  await withAnswer(guest, stack, [text("Done.")], { usage });
  const said = await readDetails(guest);
  for (const line of [
    /cache\s+2,000/,
    /reasoning\s+300/,
    /Duration\s+1 min 5 s/,
    /Cost\s+\$0\.0123/,
    /list prices of 2026-11-28/,
  ])
    expect(said).toMatch(line);
});

test("each state of a tool is said; what no run is at any more has stopped", async ({ guest, stack }) => {
  const approval = (approved?: boolean, reason?: string) => ({ approval: { id: "a", approved, reason } });
  await withAnswer(guest, stack, [
    tool("prepare", "input-streaming", { input: undefined }),
    tool("run_it", "input-available", { input: { a: 1 } }),
    tool("lookUpWeather", "output-available", { title: "Weather", input: { city: "Oslo" }, output: { degrees: -3 } }),
    tool("fail", "output-error", { errorText: "The service is away." }),
    tool("deny", "output-denied", approval(false, "Not today")),
    tool("approve", "approval-requested", approval()),
  ]);
  const states = [
    ["Prepare", "Stopped"],
    ["Run it", "Stopped"],
    ["Weather", "Done"],
    ["Fail", "Failed"],
    ["Deny", "Denied"],
    ["Approve", "Needs approval"],
  ] as const;
  for (const [name, state] of states)
    await expect(header(card(guest, name))).toHaveText(new RegExp(String.raw`^\s*${name}\s+${state}\s*$`));
  await expect(header(card(guest, "Approve"))).toHaveAttribute("aria-expanded", "true");
  await expect(header(card(guest, "Weather"))).toHaveAttribute("aria-expanded", "false");
  for (const name of ["Weather", "Fail", "Deny"]) await header(card(guest, name)).click();
  await expect(card(guest, "Weather").getByRole("group", { name: "Output" })).toContainText('"degrees": -3');
  await expect(card(guest, "Fail").getByRole("group", { name: "Error" })).toContainText("The service is away.");
  await expect(card(guest, "Deny")).toContainText("Denied: Not today");
});

test("what a tool brings from elsewhere does nothing, and a megabyte of it does not hold the page up", async ({
  guest,
  stack,
}) => {
  const attack = `<img src="https://evil.example/a.png" onerror="window.attacked = 1"><script>window.attacked = 1</script>`;
  const link = "[press me](javascript:window.attacked=1) ![seen](https://evil.example/b.png)";
  const megabyte = `${"A line of the megabyte.\n".repeat(45_000)}The very end.`;
  const elsewhere: string[] = [];
  guest.on("request", (request) => {
    if (!request.url().startsWith(stack.url) && /^https?:/.test(request.url())) elsewhere.push(request.url());
  });
  const result = { chatId: "../../evil", title: attack, role: "user", excerpt: attack, saidAt: "never" };
  await withAnswer(guest, stack, [
    tool("fetchPage", "output-available", {
      ...{ input: { url: "javascript:window.attacked=1" } },
      output: {
        url: "javascript:window.attacked=1",
        title: attack,
        markdown: `# Page\n\n${attack}\n\n${link}`,
        isCut: true,
      },
    }),
    tool("searchChats", "output-available", { input: { query: attack }, output: { results: [result] } }),
    tool("runCode", "output-available", {
      ...{ input: { code: "```\n</code>" + attack } },
      output: { logs: [attack], value: { attack }, tookMs: 3 },
    }),
    tool("bigText", "output-available", { output: megabyte }),
    tool("bigJson", "output-available", { output: { lines: megabyte } }),
    text("And so it ends."),
  ]);
  for (const name of ["Fetch page", "Search chats", "Run code"]) {
    await header(card(guest, name)).click();
    await expect(card(guest, name)).toContainText(name === "Fetch page" ? "press me" : "window.attacked");
  }
  await expect(card(guest, "Search chats").getByRole("link")).toHaveCount(0);
  await expect(lastAnswer(guest).locator("a[href^='javascript' i], script, img")).toHaveCount(0);

  for (const name of ["Big text", "Big json"]) {
    const big = card(guest, name);
    await header(big).click();
    await expect(big).toContainText("A line of the megabyte.");
    expect((await big.innerText()).length).toBeLessThan(6_000);
    await big.getByRole("button", { name: "Show all" }).click();
    await expect(big).toContainText("The very end.");
    // It answers at once: nothing has to be laid out but what is on the screen.
    await big.getByRole("button", { name: "Show less" }).click();
    await expect(big).not.toContainText("The very end.");
  }
  expect(await guest.evaluate(() => "attacked" in window)).toBe(false);
  expect(elsewhere).toEqual([]);
});

test("sources, files, progress, and a part of a later version", async ({ guest, stack }) => {
  const source = (n: number, url = `https://site${n}.example/page`) => ({
    ...{ type: "source-url", sourceId: `s${n}`, url, title: `Source ${n}` },
  });
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  await withAnswer(guest, stack, [
    { type: "step-start" },
    text("One."),
    { type: "data-progress", id: "p", data: { label: "Reading pages", value: 0.4 } },
    source(1),
    source(2, "javascript:alert(1)"),
    source(1),
    ...[3, 4, 5, 6].map((n) => source(n)),
    { type: "file", mediaType: "image/png", filename: "dot.png", url: `data:image/png;base64,${png}` },
    { type: "file", mediaType: "text/csv", filename: "table.csv", url: "data:text/csv;base64,YSxi" },
    { type: "file", mediaType: "image/png", filename: "far.png", url: "https://evil.example/far.png" },
    { type: "data-of-tomorrow", data: { hello: "<b>world</b>" } },
    { type: "step-start" },
    text("Two."),
  ]);
  const answer = lastAnswer(guest);
  await expect(answer.getByRole("progressbar", { name: "Reading pages" })).toHaveAttribute("aria-valuenow", "40");

  const sources = answer.getByRole("list", { name: "Sources" });
  await expect(sources.getByRole("listitem")).toHaveCount(4);
  const first = sources.getByRole("link", { name: "Source 1" });
  await expect(first).toHaveAttribute("href", "https://site1.example/page");
  await expect(first).toHaveAttribute("rel", "noopener noreferrer");
  await expect(sources.getByText("Source 2")).toBeVisible();
  await expect(sources.getByRole("link", { name: "Source 2" })).toHaveCount(0);
  await answer.getByRole("button", { name: "Show all 6 sources" }).click();
  await expect(sources.getByRole("listitem")).toHaveCount(6);

  await answer.getByRole("button", { name: "Enlarge dot.png" }).click();
  const large = guest.getByRole("dialog", { name: "dot.png" });
  await expect(large.getByRole("img", { name: "dot.png" })).toBeVisible();
  await guest.keyboard.press("Escape");
  await expect(large).toBeHidden();
  const download = guest.waitForEvent("download");
  await answer.getByRole("link", { name: "Save table.csv" }).click();
  expect((await download).suggestedFilename()).toBe("table.csv");
  await expect(answer).toContainText("https://evil.example/far.png");
  await expect(answer.getByRole("img")).toHaveCount(1);

  const unknown = answer.getByRole("button", { name: "Unknown part: data-of-tomorrow" });
  await expect(unknown).toHaveAttribute("aria-expanded", "false");
  await expect(answer).not.toContainText("world");
  await unknown.click();
  await expect(answer).toContainText('"hello": "<b>world</b>"');
  await expect(answers(guest)).toHaveCount(1);
});
