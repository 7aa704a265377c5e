import type { Page } from "@playwright/test";
import {
  expectAnswer,
  isAlive,
  onAnotherDevice,
  prompt,
  send,
  startChat,
  untilWord,
  lastAnswer,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

// Answers and names are held while somebody looks.
test.use({ stackName: "titles", modelTimeoutMs: 30_000 });

const chats = (page: Page) => page.getByRole("navigation", { name: "Chats" });
const rowOf = (page: Page, title: string) => chats(page).getByRole("listitem").filter({ hasText: title });

/** Where the chat that is open says what it is called: the row, the page, the tab. */
async function expectTitle(page: Page, title: string): Promise<void> {
  await expect(chats(page).locator("a[aria-current=page] bdi").first()).toHaveText(title);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  await expect(page).toHaveTitle(`${title} · Skein`);
}

async function rename(page: Page, from: string, to: string): Promise<void> {
  await rowOf(page, from).hover();
  await rowOf(page, from).getByRole("button", { name: "Chat actions" }).click();
  await page.getByRole("menuitem", { name: "Rename", exact: true }).click();
  const box = page.getByRole("textbox", { name: "Chat title" });
  await box.fill(to);
  await box.press("Enter");
}

test("a name by the model comes while the answer is written, on two devices, without its thoughts and markup", async ({
  guest,
  newcomer,
  model,
}) => {
  const question = prompt(`words=30 title="<think>Rivers?</think> ## **Days in _Lisbon_.**"`);
  const releases = [model.hold(question, 5), model.holdTitle(question)];
  await startChat(guest, question);
  await untilWord(lastAnswer(guest), 5);
  const other = await onAnotherDevice(guest, newcomer);
  let loads = 0;
  for (const page of [guest, other]) page.on("domcontentloaded", () => loads++);
  for (const page of [guest, other]) await expect(page).toHaveTitle(/^words=30 title=.*… · Skein$/);

  releases.pop()?.();
  for (const page of [guest, other]) await expectTitle(page, "Days in Lisbon");
  await expect(guest.getByRole("button", { name: "Stop" })).toBeVisible();
  expect(loads).toBe(0);
  releases.pop()?.();
  for (const page of [guest, other]) await expectAnswer(page, 30);
  await send(guest, prompt("words=4 title=Another"));
  await expectAnswer(guest, 4, { nth: 1 });
  await guest.reload();
  await expectTitle(guest, "Days in Lisbon");
  expect(model.titleRequests.filter((request) => request.prompt === question)).toHaveLength(1);
});

test("a rename while the model is asked wins", async ({ guest, newcomer, model }) => {
  const question = prompt("words=3 title=By_the_model");
  const release = model.holdTitle(question);
  await startChat(guest, question);
  await expectAnswer(guest, 3);
  const other = await onAnotherDevice(guest, newcomer);
  await rename(guest, question, "By me");
  await expectTitle(other, "By me");
  const request = () => model.titleRequests.find((one) => one.prompt === question);
  await expect.poll(() => request()?.receivedAt).toBeDefined();
  release();
  await expect.poll(() => request()?.finishedAt).toBeDefined();
  // What comes after it on the same way is here.
  await send(guest, prompt("words=4"));
  await expectAnswer(guest, 4, { nth: 1 });
  await other.reload();
  for (const page of [guest, other]) await expectTitle(page, "By me");
});

for (const [what, script] of [
  ["refuses", "tstatus=500"],
  ["does not answer", "thang"],
  ["says nothing but its thoughts", 'title="<think>Hm, Lisbon"'],
] as const)
  test(`the first words stay when the model ${what}, and the answer is none the worse`, async ({ guest, model }) => {
    const question = prompt(`words=6 ${script}`);
    await startChat(guest, question);
    await expectAnswer(guest, 6);
    await expect.poll(() => model.titleRequests.filter((request) => request.prompt === question).length).toBe(1);
    await send(guest, prompt("words=4"));
    await expectAnswer(guest, 4, { nth: 1 });
    await guest.reload();
    await isAlive(guest);
    await expectTitle(guest, question);
    await expectAnswer(guest, 4, { nth: 1 });
  });

const hostile = {
  markup: "<img/src=x/onerror=document.title='hit'><script>document.title='hit'</script>",
  "a right-to-left override": "\u202Egnp.exe\u2066",
  "many characters": "W".repeat(10_000),
  "an emoji sequence": "👩‍👩‍👧‍👦".repeat(300),
};
const CONTROLS = /[\u202a-\u202e\u2066-\u2069]/;

/** Nothing ran, nothing turns what stands beside it around, nothing is wider than its place, and every row has one. */
async function expectHarmless(page: Page): Promise<void> {
  const title = await page.title();
  expect(title).toMatch(/ · Skein$/);
  expect([title, ...(await chats(page).getByRole("link").allTextContents())].join()).not.toMatch(CONTROLS);
  await expect(page.locator("nav img, h1 img, [role=log] img, [role=log] script")).toHaveCount(0);
  const { heights, wide } = await page.evaluate(() => ({
    heights: [...document.querySelectorAll("nav li")].map((row) => Math.round(row.getBoundingClientRect().height)),
    wide: [...document.querySelectorAll("html, nav, nav ul, main, [role=log]")]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map(({ tagName, scrollWidth, clientWidth }) => `${tagName} ${scrollWidth} > ${clientWidth}`),
  }));
  expect(new Set(heights).size).toBe(1);
  expect(wide).toEqual([]);
}

test("hostile messages, names by the model and names by a person harm nothing", async ({ guest, newcomer, model }) => {
  await startChat(guest, prompt("words=3"));
  await expectAnswer(guest, 3);
  for (const [what, text] of Object.entries(hostile))
    await test.step(what, async () => {
      await guest.getByRole("link", { name: "New chat" }).click();
      await isAlive(guest);
      // The model is asked for a name by the beginning of it.
      const question = `title="Named ${text.slice(0, 1100)}" ${text} ${prompt("words=4")}`;
      const release = model.holdTitle(question.slice(0, 2000));
      await startChat(guest, question);
      await expectAnswer(guest, 4);
      await expect(guest).toHaveTitle(/^title=/);
      await expectHarmless(guest);
      release();
      await expect(guest).toHaveTitle(/^Named /);
      await expectHarmless(guest);
      await rename(guest, "Named", `Mine ${text}`.slice(0, 200));
      await expect(guest).toHaveTitle(/^Mine /);
      await expectHarmless(guest);
    });
  const other = await onAnotherDevice(guest, newcomer);
  await expect(chats(other).getByRole("link", { name: /^Mine / })).toHaveCount(Object.keys(hostile).length);
  await expectHarmless(other);
});
