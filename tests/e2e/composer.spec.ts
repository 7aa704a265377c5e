import { writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import {
  composer,
  expectAnswer,
  expectSettled,
  isAlive,
  lastAnswer,
  prompt,
  questions,
  send,
  startChat,
  transcript,
  type,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

const model = (page: Page) => page.getByRole("combobox", { name: "Model" });
const chips = (page: Page) => page.getByRole("list", { name: "Attached files" }).getByRole("listitem");

test("an Enter that accepts what an input method suggests never sends, in either order of events", async ({
  guest: page,
}) => {
  const keys = await page.context().newCDPSession(page);
  const sent = prompt("words=3");
  await composer(page).fill(`${sent} `);
  await keys.send("Input.imeSetComposition", { text: "にほん", selectionStart: 3, selectionEnd: 3 });
  await expect(composer(page)).toHaveValue(`${sent} にほん`);
  await page.keyboard.press("Enter");
  await keys.send("Input.insertText", { text: "日本" });
  await expect(composer(page)).toHaveValue(/日本/);
  // Safari ends the composition first; the key press that ended it comes after.
  await composer(page).evaluate((box) => {
    const enter = { key: "Enter", keyCode: 229, bubbles: true, cancelable: true };
    box.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
    box.dispatchEvent(new CompositionEvent("compositionend", { data: "日本", bubbles: true }));
    box.dispatchEvent(new KeyboardEvent("keydown", enter));
  });
  expect(new URL(page.url()).pathname).toBe("/");
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(composer(page)).toHaveValue(/日本/);

  await composer(page).fill(sent);
  await page.keyboard.press("Enter");
  await expectAnswer(page, 3);
  await expect(questions(page)).toHaveText([sent]);
});

test("the box grows to eight lines, takes back what one typed, and takes text as text and files from anywhere", async ({
  guest: page,
  context,
}, info) => {
  const height = () => composer(page).evaluate((box) => [box.clientHeight, box.scrollHeight > box.clientHeight]);
  expect(await height()).toEqual([44, false]);
  await composer(page).fill("line\n".repeat(7));
  expect(await height()).toEqual([212, false]);
  await composer(page).fill("line\n".repeat(20));
  expect(await height()).toEqual([212, true]);

  await composer(page).fill("");
  await page.keyboard.type("one");
  // The browser decides how much is one step.
  for (const [key, text] of [
    ["Control+z", ""],
    ["Control+Shift+z", "one"],
  ] as const)
    await expect(async () => {
      await page.keyboard.press(key);
      expect(await composer(page).inputValue()).toBe(text);
    }).toPass();

  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate(() => {
    const kinds = { "text/plain": " two", "text/html": "<h1>two</h1><img src=x>" };
    const blobs = Object.entries(kinds).map(([type, words]) => [type, new Blob([words], { type })] as const);
    return navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
  });
  await page.keyboard.press("Control+v");
  await expect(composer(page)).toHaveValue("one two");
  await expect(chips(page)).toHaveCount(0);
  await page.keyboard.press("Control+z");
  await expect(composer(page)).toHaveValue("one");

  // A real file, onto the page beside the box.
  const path = info.outputPath("notes.txt");
  writeFileSync(path, "remember the milk");
  const mouse = await context.newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver"] as const)
    await mouse.send("Input.dispatchDragEvent", { type, x: 640, y: 60, data });
  await expect(page.getByPlaceholder("Drop files to attach them")).toBeVisible();
  await mouse.send("Input.dispatchDragEvent", { type: "drop", x: 640, y: 60, data });
  await expect(chips(page)).toHaveText([/notes\.txt\s+17 B/]);
  await expect(composer(page)).toBeFocused();
});

test("each chat keeps what is written in it, with its files and its model, and so does the start page", async ({
  guest: page,
}) => {
  const note = { name: "todo.txt", mimeType: "text/plain", buffer: Buffer.from("milk") };
  await startChat(page, prompt("words=3"));
  await expectAnswer(page, 3);
  const chat = page.url();
  await model(page).selectOption("compatible:other");
  await page.getByRole("link", { name: "New chat" }).click();
  await page.waitForURL((url) => url.pathname === "/");
  await isAlive(page);
  await expect(model(page)).toHaveValue("compatible:numbered");
  await composer(page).fill("half a thought");
  await model(page).selectOption("compatible:other");
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach files" }).click();
  await (await chooser).setFiles(note);
  await expect(chips(page)).toHaveText([/todo\.txt\s+4 B/]);

  await page.goto(chat);
  await isAlive(page);
  // A choice alone is kept as well.
  await expect(model(page)).toHaveValue("compatible:other");
  await expect(composer(page)).toHaveValue("");
  await expect(chips(page)).toHaveCount(0);
  await composer(page).fill("another");
  await page.getByRole("link", { name: "New chat" }).click();
  await page.waitForURL((url) => url.pathname === "/");
  for (const again of [false, true]) {
    if (again) await page.reload();
    await isAlive(page);
    await expect(composer(page)).toHaveValue("half a thought");
    await expect(chips(page)).toHaveText([/todo\.txt\s+4 B/]);
    await expect(model(page)).toHaveValue("compatible:other");
  }
  await composer(page).fill(prompt("words=4"));
  await page.keyboard.press("Enter");
  await expectAnswer(page, 4);
  await page.getByRole("link", { name: "New chat" }).click();
  await page.waitForURL((url) => url.pathname === "/");
  await isAlive(page);
  await expect(composer(page)).toHaveValue("");
  await expect(chips(page)).toHaveCount(0);
  await expect(model(page)).toHaveValue("compatible:numbered");
  await page.goto(chat);
  await expect(composer(page)).toHaveValue("another");
});

test("Escape stops, from wherever one reads, unless something is open that it closes; one can write all the while", async ({
  guest: page,
}) => {
  const stop = page.getByRole("button", { name: "Stop", exact: true });
  await startChat(page, prompt("words=9000 rate=100"));
  await untilWord(lastAnswer(page), 5);
  await page.getByRole("button", { name: "More choices" }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await transcript(page).focus();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.getByRole("searchbox", { name: "Search chats" }).press("Escape");
  await untilWord(lastAnswer(page), 60);
  await expect(stop).toBeVisible();
  await transcript(page).focus();
  await page.keyboard.press("Escape");
  await expectSettled(page);
  await expect(lastAnswer(page)).toContainText("Stopped");
  await isAlive(page);

  await send(page, prompt("status=401"));
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(composer(page)).toBeEditable();
  await expect(page.getByRole("button", { name: "Send" })).toBeEnabled();
});

test("a hundred thousand characters are sent whole", async ({ guest: page, model }) => {
  const script = prompt("words=3");
  const long = script.padEnd(100_000, " and so on");
  await startChat(page, prompt("words=2"));
  await expectAnswer(page, 2);
  await type(page, long);
  await expectAnswer(page, 3, { nth: 1 });
  expect(model.requests.find(({ prompt }) => prompt.startsWith(script))?.prompt).toBe(long);
  await page.reload();
  await expectAnswer(page, 3, { nth: 1 });
  expect((await questions(page).last().textContent())?.trim().length).toBe(long.length);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true });

  test("Enter breaks the line, the box grows to four lines, and Send sends", async ({ page }) => {
    await page.goto("/");
    await expect(page.getByRole("button", { name: "Open chats" })).toBeVisible();
    const text = prompt("words=3");
    await composer(page).tap();
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
    await page.keyboard.type("second line");
    await expect(composer(page)).toHaveValue(`${text}\nsecond line`);
    expect(new URL(page.url()).pathname).toBe("/");
    for (let line = 0; line < 4; line++) await page.keyboard.press("Enter");
    expect(await composer(page).evaluate((box) => box.clientHeight)).toBe(116);
    await page.getByRole("button", { name: "Send" }).tap();
    await expectAnswer(page, 3);
  });
});
