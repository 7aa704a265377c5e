import { anEmail, choose, enter, fillIn, openAccountMenu, PASSWORD, signOut } from "./account.ts";
import {
  chatIdOf,
  composer,
  expectAnswer,
  isAlive,
  lastAnswer,
  openNewChat,
  prompt,
  questions,
  send,
  startChat,
  transcript,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { chats } from "./inbox.ts";

test("a guest with a chat signs up and keeps it, signs out and it is gone, signs in elsewhere and it is there", async ({
  guest,
  newcomer,
}) => {
  const question = prompt("words=5");
  const chatId = await startChat(guest, question);
  await expectAnswer(guest, 5);
  await expect(await openAccountMenu(guest)).toContainText("Your chats are kept in this browser");
  await guest.keyboard.press("Escape");

  const email = anEmail();
  await enter(guest, "Sign up", email);
  expect(chatIdOf(guest), "back where one was").toBe(chatId);
  await expect(questions(guest)).toHaveText([question]);
  await expect(await openAccountMenu(guest)).toContainText(email);
  await guest.keyboard.press("Escape");
  await send(guest, prompt("words=6"));
  await expectAnswer(guest, 6, { nth: 1 });

  await signOut(guest);
  await expect(chats(guest)).toContainText("No chats yet");
  await expect(await openAccountMenu(guest)).toContainText("Your chats are kept in this browser");
  await guest.keyboard.press("Escape");
  expect((await guest.goto(`/chats/${chatId}`))?.status()).toBe(404);
  expect((await guest.request.get(`/api/chats/${chatId}`)).status()).toBe(404);

  const elsewhere = await (await newcomer()).newPage();
  await openNewChat(elsewhere);
  await enter(elsewhere, "Sign in", email);
  await chats(elsewhere).getByRole("link", { name: question }).click();
  await expectAnswer(elsewhere, 6, { nth: 1 });
});

test("after signing out nothing of the account is left in the browser", async ({ guest }) => {
  const question = prompt("words=5");
  const chatId = await startChat(guest, question);
  await expectAnswer(guest, 5);
  await enter(guest, "Sign up", anEmail());
  const userId = await guest.evaluate(() => (JSON.parse(localStorage["skein:person"] as string) as { id: string }).id);
  expect((await guest.request.get("/api/inbox?view=inbox")).status()).toBe(200);
  await composer(guest).fill("a secret that was not sent");
  // Another tab with the same chat, which nobody touches.
  const other = await guest.context().newPage();
  await other.goto(guest.url());
  await isAlive(other);
  await expect(composer(other)).toHaveValue("a secret that was not sent");

  await signOut(guest);
  expect(await guest.evaluate(() => JSON.stringify(localStorage))).not.toContain("secret");
  await expect(other.getByRole("heading", { name: "Not found" })).toBeVisible();
  await expect(other.locator("body")).not.toContainText(question);
  expect((await guest.request.get(`/api/live?user=${userId}`)).status()).toBe(403);

  // The way back leads to the address, and not to what was there: the browser keeps no page.
  for (const path of ["/", "/api/inbox?view=inbox"])
    expect((await guest.request.get(path)).headers()["cache-control"], path).toBe("private, no-store");
  await guest.goBack();
  await expect(guest.locator("body")).not.toContainText(question);
  await guest.goto(`/chats/${chatId}`);
  await expect(guest.getByRole("heading", { name: "Not found" })).toBeVisible();
  await expect(guest.getByText("a secret that was not sent")).toHaveCount(0);
});

test("a guest with chats of their own signs in to an account that has some: all are there", async ({
  guest,
  newcomer,
}) => {
  const email = anEmail();
  const ofAccount = prompt("words=4");
  await startChat(guest, ofAccount);
  await expectAnswer(guest, 4);
  await enter(guest, "Sign up", email);

  const other = await (await newcomer()).newPage();
  await openNewChat(other);
  const ofGuest = prompt("words=5");
  const chatId = await startChat(other, ofGuest);
  await expectAnswer(other, 5);
  // A second tab, where nobody has signed in.
  const tab = await other.context().newPage();
  await openNewChat(tab);
  await composer(tab).fill("half a thought");
  await enter(other, "Sign in", email);
  expect(chatIdOf(other)).toBe(chatId);
  for (const page of [guest, other, tab])
    for (const title of [ofAccount, ofGuest])
      await expect(chats(page).getByRole("link", { name: title }), "without a reload of ours").toBeVisible();
  await isAlive(tab);
  await expect(composer(tab)).toHaveValue("half a thought");
  await send(other, prompt("words=6"));
  await expectAnswer(other, 6, { nth: 1 });
});

for (const way of ["Sign up", "Sign in"] as const)
  test(`a chat that is answered meanwhile goes on: ${way}`, async ({ guest, newcomer }) => {
    const email = anEmail();
    if (way === "Sign in") {
      const first = await (await newcomer()).newPage();
      await openNewChat(first);
      await enter(first, "Sign up", email);
    }
    await startChat(guest, prompt("words=5"));
    await expectAnswer(guest, 5);
    // Longer than it takes to sign in on a slow machine.
    await send(guest, prompt("words=240 rate=12"));
    await untilWord(lastAnswer(guest), 5);
    // A tab that goes on reading.
    const other = await guest.context().newPage();
    await other.goto(guest.url());
    await untilWord(lastAnswer(other), 8);
    await enter(guest, way, email);
    await expect(guest.getByRole("button", { name: "Stop" }), "it is still being answered").toBeVisible();
    for (const page of [guest, other]) await expectAnswer(page, 240, { nth: 1, within: 40_000 });
    await send(guest, prompt("words=6"));
    await expectAnswer(guest, 6, { nth: 2 });
  });

test("what is wrong is said in one sentence beside its field, and what was typed stays", async ({
  guest,
  newcomer,
}) => {
  const email = anEmail();
  const problem = guest.getByRole("alert");
  await choose(guest, "Sign up");
  await fillIn(guest, "Sign up", "ada", "short");
  await expect(problem).toHaveText([
    "This does not look like an email address.",
    "Choose a password of at least 8 characters.",
  ]);
  await expect(guest.getByLabel("Email")).toHaveValue("ada");
  await expect(guest.getByLabel("Email")).toBeFocused();
  await expect(guest.getByLabel("Email")).toHaveAccessibleDescription("This does not look like an email address.");
  await expect(guest.getByLabel("Password")).toHaveValue("short");
  await fillIn(guest, "Sign up", email);
  await guest.waitForURL((url) => url.pathname === "/");
  await isAlive(guest);

  const other = await (await newcomer()).newPage();
  const wrong = other.getByRole("alert");
  await openNewChat(other);
  await choose(other, "Sign in");
  await fillIn(other, "Sign in", email, "not the password");
  await expect(wrong).toHaveText(["The email or the password is wrong."]);
  await expect(other.getByLabel("Email")).toHaveValue(email);
  await expect(other.getByLabel("Password")).toBeFocused();
  await other.getByRole("link", { name: "Sign up" }).click();
  await fillIn(other, "Sign up", email);
  await expect(wrong).toHaveText(["This email has an account already. Sign in with it instead."]);
  await expect(other.getByLabel("Email")).toHaveValue(email);

  await other.route("**/sign-up*", (route) => route.abort());
  await other.getByRole("button", { name: "Sign up" }).click();
  await expect(wrong.last()).toContainText("could not be reached");
  await expect(other.getByLabel("Password")).toHaveValue(PASSWORD);
  // Whoever has an account has no use for the forms.
  await guest.goto("/sign-in");
  expect(new URL(guest.url()).pathname).toBe("/");
});

test("the way back leads to our own pages alone", async ({ page, baseURL }) => {
  await page.goto(`/sign-up?from=${encodeURIComponent("//elsewhere.example/chats/a")}`);
  await fillIn(page, "Sign up", anEmail());
  await page.waitForURL(`${baseURL}/`);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("one signs up, sees what is wrong, and signs out", async ({ page, baseURL }) => {
    const email = anEmail();
    await page.goto("/sign-up");
    await fillIn(page, "Sign up", email, "short");
    await expect(page.getByRole("alert")).toHaveText("Choose a password of at least 8 characters.");
    await expect(page.getByLabel("Email")).toHaveValue(email);
    await expect(page.getByLabel("Password")).toBeFocused();
    await fillIn(page, "Sign up", email);
    await page.waitForURL(`${baseURL}/`);
    await expect(page.getByText(email, { exact: true })).toBeVisible();
    await expect(transcript(page)).toHaveCount(0);
    const origin = { origin: new URL(page.url()).origin };
    expect((await page.request.post("/sign-out", { headers: origin, form: {} })).status()).toBe(200);
    await page.goto("/");
    await expect(page.getByText("Guest", { exact: true })).toBeVisible();
  });

  test("another site signs nobody in, up or out", async ({ page }) => {
    await page.goto("/");
    const headers = { origin: "https://elsewhere.example", "sec-fetch-site": "cross-site" };
    const form = { email: anEmail(), password: PASSWORD };
    for (const path of ["/sign-up", "/sign-in", "/sign-out"])
      expect((await page.request.post(path, { headers, form })).status(), path).toBe(403);
  });
});
