import type { ElementHandle, Locator, Page } from "@playwright/test";
import { makePng } from "../../src/lib/server/models/demo-png.ts";
import type { MockOpenAI } from "../support/mock-openai.ts";
import {
  answers,
  composer,
  expectAnswer,
  isAlive,
  previousBranch,
  prompt,
  questions,
  transcript,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

type Given = { name: string; mimeType: string; buffer: Buffer };

const image = (name: string, hue = 0): Given => ({ name, mimeType: "image/png", buffer: makePng(64, 48, hue) });
const textFile = (name: string, text: string): Given => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
const dataUrl = ({ buffer }: Given) => `data:image/png;base64,${buffer.toString("base64")}`;

const chips = (page: Page) => page.getByRole("list", { name: "Attached files" }).getByRole("listitem");
const uploaded = (page: Page, name: string) =>
  chips(page)
    .filter({ hasText: name })
    .filter({ hasText: /\d (B|kB|MB)/ });
const requestWith = (model: MockOpenAI, text: string) => model.requests.filter(({ prompt }) => prompt.endsWith(text));

const attach = (page: Page, ...files: Given[]) => attachIn(page, page, ...files);

/** `box`: where one writes, when there is more than one. */
async function attachIn(box: Page | Locator, page: Page, ...files: Given[]) {
  const chooser = page.waitForEvent("filechooser");
  await box.getByRole("button", { name: "Attach files" }).click();
  await (await chooser).setFiles(files);
}

/** Drops or pastes, as the browser would. */
async function bring(
  page: Page,
  how: "drop" | "paste",
  { name, mimeType, buffer }: Given,
  onto: ElementHandle | null = null,
) {
  await page.evaluate(
    ({ how, name, mimeType, bytes, onto }) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], name, { type: mimeType }));
      const init = { bubbles: true, cancelable: true };
      if (how === "paste")
        document.activeElement?.dispatchEvent(new ClipboardEvent("paste", { ...init, clipboardData: data }));
      else
        for (const type of ["dragover", "drop"])
          (onto ?? document.body).dispatchEvent(new DragEvent(type, { ...init, dataTransfer: data }));
    },
    { how, name, mimeType, bytes: [...buffer], onto },
  );
}

async function sendWithFiles(page: Page, text: string) {
  await composer(page).fill(text);
  await composer(page).press("Enter");
  await expect(questions(page).last()).toContainText(text);
  await expect(chips(page)).toHaveCount(0);
}

test("an image with the first message and another with the second reach the model, and stay in the transcript", async ({
  guest,
  model,
}) => {
  const [cat, dog] = [image("cat.png", 40), image("dog.png", 200)];
  const [first, second] = [prompt("words=5"), prompt("words=6")];
  await attach(guest, cat);
  await expect(uploaded(guest, "cat.png")).toBeVisible();
  await sendWithFiles(guest, first);
  await expectAnswer(guest, 5);
  expect(requestWith(model, first).map(({ images }) => images)).toEqual([[dataUrl(cat)]]);

  await attach(guest, dog, textFile("notes.md", "remember the milk"));
  await expect(uploaded(guest, "notes.md")).toBeVisible();
  await sendWithFiles(guest, second);
  await expectAnswer(guest, 6, { nth: 1 });
  const [request, ...more] = requestWith(model, second);
  expect(more).toEqual([]);
  expect(request?.images).toEqual([dataUrl(dog)]);
  expect(request?.prompt).toBe(`<file name="notes.md">\nremember the milk\n</file>${second}`);

  await guest.reload();
  await expectAnswer(guest, 6, { nth: 1 });
  const links = transcript(guest).getByRole("link");
  await expect(links).toHaveText(["", "", "notes.md"]);
  for (const name of ["Open image cat.png", "Open image dog.png", "Open file notes.md"])
    await expect(transcript(guest).getByRole("link", { name })).toBeVisible();
  await expect
    .poll(() =>
      transcript(guest)
        .locator("img")
        .first()
        .evaluate((img: HTMLImageElement) => img.naturalWidth),
    )
    .toBe(64);
  const [opened] = await Promise.all([
    guest.context().waitForEvent("page"),
    transcript(guest).getByRole("link", { name: "Open file notes.md" }).click(),
  ]);
  await expect(opened.locator("body")).toHaveText("remember the milk");
});

test("files are dropped and pasted, and a long text becomes one", async ({ guest, model }) => {
  const [dropped, pasted] = [image("dropped.png", 10), image("image.png", 90)];
  await bring(guest, "drop", dropped);
  await expect(uploaded(guest, "dropped.png")).toBeVisible();
  await composer(guest).focus();
  await bring(guest, "paste", pasted);
  await expect(uploaded(guest, "image.png")).toBeVisible();
  const long = "A line that is pasted. ".repeat(200);
  await guest.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    const init = { bubbles: true, cancelable: true, clipboardData };
    document.activeElement?.dispatchEvent(new ClipboardEvent("paste", init));
  }, long);
  await expect(uploaded(guest, "Pasted text.txt")).toBeVisible();
  await expect(composer(guest)).toHaveValue("");
  await guest.getByRole("button", { name: "Remove dropped.png" }).click();
  await expect(chips(guest)).toHaveCount(2);

  const question = prompt("words=4");
  await sendWithFiles(guest, question);
  await expectAnswer(guest, 4);
  const [request] = requestWith(model, question);
  expect(request?.images).toEqual([dataUrl(pasted)]);
  expect(request?.prompt).toBe(`<file name="Pasted text.txt">\n${long}\n</file>${question}`);
});

test("a draft keeps its files over a reload, and files alone are a message", async ({ guest, model }) => {
  await attach(guest, textFile("todo words=3.txt", prompt("words=3")));
  await expect(uploaded(guest, "todo")).toBeVisible();
  await guest.reload();
  await expect(uploaded(guest, "todo words=3.txt")).toBeVisible();
  await isAlive(guest);
  await guest.getByRole("button", { name: "Send" }).click();
  await expect(questions(guest)).toHaveText(["todo words=3.txt"]);
  await expectAnswer(guest, 3);
  await expect(guest.getByRole("heading", { level: 1 })).toHaveText("todo words=3.txt");
  expect(requestWith(model, "</file>").at(-1)?.prompt).toContain('<file name="todo words=3.txt">');
});

test("a model that cannot see refuses an image before anything is sent, and nothing is lost", async ({
  guest,
  model,
}) => {
  const question = prompt("words=3");
  const before = model.requests.length;
  await attach(guest, image("cat.png", 77));
  await expect(uploaded(guest, "cat.png")).toBeVisible();
  await guest.getByRole("combobox", { name: "Model" }).selectOption("compatible:other");
  await composer(guest).fill(question);
  await composer(guest).press("Enter");
  await expect(guest.getByRole("alert")).toHaveText(
    "other cannot look at images. Choose another model, or remove the image.",
  );
  await expect(composer(guest)).toHaveValue(question);
  await expect(uploaded(guest, "cat.png")).toBeVisible();
  expect(model.requests.length).toBe(before);

  await guest.getByRole("combobox", { name: "Model" }).selectOption("compatible:numbered");
  await expect(guest.getByRole("alert")).toHaveCount(0);
  await sendWithFiles(guest, question);
  await expectAnswer(guest, 3);

  // In a conversation as well.
  await attach(guest, image("dog.png", 78));
  await expect(uploaded(guest, "dog.png")).toBeVisible();
  await guest.getByRole("combobox", { name: "Model" }).selectOption("compatible:other");
  await composer(guest).press("Enter");
  await expect(guest.getByRole("alert")).toContainText("other cannot look at images");
  await guest.getByRole("button", { name: "Remove dog.png" }).click();
  const more = prompt("words=2");
  await sendWithFiles(guest, more);
  await expectAnswer(guest, 2, { nth: 1 });
  expect(requestWith(model, more)).toMatchObject([{ model: "other", images: [] }]);
});

test("an upload that fails is tried again; sending waits for it and keeps everything", async ({ guest, model }) => {
  const cat = image("cat.png", 120);
  const question = prompt("words=3");
  await guest.route("**/api/files", (route) => route.abort());
  await attach(guest, cat, textFile("notes.txt", "hello"));
  const failed = chips(guest).filter({ hasText: "The upload broke off." });
  await expect(failed).toHaveCount(2);
  await composer(guest).fill(question);
  await composer(guest).press("Enter");
  await expect(guest.getByRole("alert")).toHaveText("cat.png was not added. Try it again, or remove it.");
  await expect(composer(guest)).toHaveValue(question);
  await expect(failed).toHaveCount(2);

  // The message is sent while its file is still on its way, and waits.
  await guest.unroute("**/api/files");
  let go = () => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  await guest.route("**/api/files", async (route) => {
    await held;
    await route.continue();
  });
  await guest.getByRole("button", { name: "Remove notes.txt" }).click();
  await guest.getByRole("button", { name: "Try cat.png again" }).click();
  await composer(guest).press("Enter");
  await expect(guest.getByRole("status").filter({ hasText: "Sends when the files are there" })).toBeVisible();
  await composer(guest).press("Enter");
  expect(new URL(guest.url()).pathname).toBe("/");
  go();
  await expectAnswer(guest, 3);
  expect(requestWith(model, question).map(({ images }) => images)).toEqual([[dataUrl(cat)]]);
  await expect(questions(guest)).toHaveCount(1);
});

test("a message that could not be sent keeps its files until it is", async ({ guest, model }) => {
  const cat = image("cat.png", 150);
  const [first, second] = [prompt("words=3"), prompt("words=4")];
  await guest.route("/", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
  await attach(guest, cat);
  await expect(uploaded(guest, "cat.png")).toBeVisible();
  await composer(guest).fill(first);
  await composer(guest).press("Enter");
  await expect(guest.getByRole("alert")).toContainText("could not be sent");
  await expect(uploaded(guest, "cat.png")).toBeVisible();
  await guest.unroute("/");
  await composer(guest).press("Enter");
  await expectAnswer(guest, 3);
  expect(requestWith(model, first).map(({ images }) => images)).toEqual([[dataUrl(cat)]]);

  await guest.route("**/in/append", (route) => route.abort());
  await attach(guest, cat);
  await expect(uploaded(guest, "cat.png")).toBeVisible();
  await sendWithFiles(guest, second);
  await expect(guest.getByRole("alert")).toContainText("Not sent");
  await guest.unroute("**/in/append");
  await guest.getByRole("button", { name: "Retry" }).click();
  await expectAnswer(guest, 4, { nth: 1 });
  expect(requestWith(model, second).map(({ images }) => images)).toEqual([[dataUrl(cat)]]);
});

test("an edited message keeps its files, and so does the fork of a chat", async ({ guest, model }) => {
  const cat = image("cat.png", 170);
  const [first, reworded, forked] = [prompt("words=3"), prompt("words=4"), prompt("words=5")];
  await attach(guest, cat);
  await expect(uploaded(guest, "cat.png")).toBeVisible();
  await sendWithFiles(guest, first);
  await expectAnswer(guest, 3);
  await questions(guest).getByRole("button", { name: "Edit message" }).click();
  await guest.getByRole("textbox", { name: "Edit message" }).fill(reworded);
  await guest.getByRole("button", { name: "Save and send" }).click();
  await expectAnswer(guest, 4);
  expect(requestWith(model, reworded).map(({ images }) => images)).toEqual([[dataUrl(cat)]]);
  await expect(questions(guest).getByRole("link", { name: "Open image cat.png" })).toBeVisible();

  const source = guest.url();
  await answers(guest).getByRole("button", { name: "Fork from here" }).click();
  await guest.waitForURL((url) => url.href !== source && url.pathname.startsWith("/chats/"));
  await expect(questions(guest).getByRole("link", { name: "Open image cat.png" })).toBeVisible();
  await questions(guest).getByRole("button", { name: "Edit message" }).click();
  await guest.getByRole("textbox", { name: "Edit message" }).fill(forked);
  await guest.getByRole("button", { name: "Save and send" }).click();
  await expectAnswer(guest, 5);
  expect(requestWith(model, forked).map(({ images }) => images)).toEqual([[dataUrl(cat)]]);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true });

  test("an edit takes one file away and adds another; the old branch keeps what it had", async ({ page, model }) => {
    const [cat, owl, dog] = [image("cat.png", 60), image("owl.png", 130), image("dog.png", 210)];
    const [hello, first, reworded] = [prompt("words=60 rate=40"), prompt("words=3"), prompt("words=4")];
    await page.goto("/");
    await composer(page).fill(hello);
    await page.getByRole("button", { name: "Send" }).tap();
    await expectAnswer(page, 60);
    await attach(page, cat, owl);
    await expect(uploaded(page, "owl.png")).toBeVisible();
    await composer(page).fill(first);
    await page.getByRole("button", { name: "Send" }).tap();
    await expectAnswer(page, 3, { nth: 1 });

    const question = questions(page).last();
    const press = (name: string) => question.getByRole("button", { name }).tap();
    const text = question.getByRole("textbox", { name: "Edit message" });
    await press("Edit message");
    await expect(chips(page)).toHaveText([/cat\.png/, /owl\.png/]);
    await press("Remove cat.png");
    await press("Remove owl.png");
    await text.fill("");
    await press("Save and send");
    await expect(question.getByRole("alert")).toHaveText("Write a message first.");
    await press("Cancel");
    await press("Edit message");
    await press("Remove cat.png");
    await text.fill(reworded);

    await page.route("**/api/files", (route) => route.abort());
    await attachIn(question, page, dog);
    await press("Save and send");
    await expect(question.getByRole("alert")).toHaveText("dog.png was not added. Try it again, or remove it.");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await transcript(page).evaluate((log) => log.scrollWidth - log.clientWidth)).toBeLessThanOrEqual(0);
    for (const name of ["Attach files", "Cancel", "Save and send", "Try dog.png again", "Remove dog.png"])
      await expect(question.getByRole("button", { name })).toBeInViewport({ ratio: 1 });
    await page.unroute("**/api/files");
    await press("Try dog.png again");
    await expect(uploaded(page, "dog.png")).toBeVisible();

    // What could not be sent comes back into the box.
    await page.route("**/in/append", (route) => route.abort());
    await press("Save and send");
    await expect(question.getByRole("alert")).toContainText("Not sent");
    await expect(chips(page)).toHaveText([/owl\.png/, /dog\.png/]);
    await expect(text).toHaveValue(reworded);
    await page.unroute("**/in/append");
    await press("Save and send");
    await expectAnswer(page, 4, { nth: 1 });
    expect(requestWith(model, reworded).map(({ images }) => images)).toEqual([[dataUrl(owl), dataUrl(dog)]]);

    const links = question.getByRole("link");
    await expect(links).toHaveCount(2);
    for (const name of ["owl.png", "dog.png"])
      await expect(question.getByRole("link", { name: `Open image ${name}` })).toBeVisible();
    await previousBranch(question);
    await expect(question).toContainText(first);
    await expect(links).toHaveCount(2);
    for (const name of ["cat.png", "owl.png"])
      await expect(question.getByRole("link", { name: `Open image ${name}` })).toBeVisible();
  });
});

test("what is dropped or pasted into an edit box is added to the edit", async ({ guest, model }) => {
  const [dropped, pasted] = [image("dropped.png", 15), image("image.png", 95)];
  const [first, reworded] = [prompt("words=3"), prompt("words=4")];
  await sendWithFiles(guest, first);
  await expectAnswer(guest, 3);
  await questions(guest).getByRole("button", { name: "Edit message" }).click();
  const text = questions(guest).getByRole("textbox", { name: "Edit message" });
  await expect(text).toBeFocused();
  await bring(guest, "drop", dropped, await text.elementHandle());
  await bring(guest, "paste", pasted);
  await expect(uploaded(guest, "image.png")).toBeVisible();
  await text.fill(reworded);
  await questions(guest).getByRole("button", { name: "Save and send" }).click();
  await expectAnswer(guest, 4);
  expect(requestWith(model, reworded).map(({ images }) => images)).toEqual([[dataUrl(dropped), dataUrl(pasted)]]);
  await expect(chips(guest)).toHaveCount(0);
});

test("what cannot be attached is refused in one sentence", async ({ guest }) => {
  await attach(guest, { name: "huge.txt", mimeType: "text/plain", buffer: Buffer.alloc(11 * 1024 * 1024, "a") });
  await expect(chips(guest)).toContainText("This file is larger than 10 MB, which is the most one file can have.");
  await expect(guest.getByRole("button", { name: "Try huge.txt again" })).toHaveCount(0);
  await guest.getByRole("button", { name: "Remove huge.txt" }).click();
  await attach(guest, { name: "cat.png", mimeType: "image/png", buffer: Buffer.from([1, 2, 3, 0]) });
  await expect(chips(guest)).toContainText(
    "Only images (PNG, JPEG, GIF, WebP) and text files (UTF-8) can be attached.",
  );
  await guest.getByRole("button", { name: "Remove cat.png" }).click();
  await attach(guest, ...Array.from({ length: 11 }, (_, at) => textFile(`${at}.txt`, "hello")));
  await expect(guest.getByRole("alert")).toHaveText("A message can hold 10 files.");
  await expect(uploaded(guest, ".txt")).toHaveCount(10);
});

test("a file is its owner's alone, and a page or a drawing is served as its source", async ({
  guest,
  newcomer,
  playwright,
  baseURL,
}) => {
  const upload = (page: Page, name: string, data: string | Buffer, more: Record<string, string> = {}) => {
    const headers = { "content-type": "application/octet-stream", "x-file-name": encodeURIComponent(name), ...more };
    return page.request.post("/api/files", { data, headers });
  };
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>document.title="run"</script></svg>';
  const made = await upload(guest, "../../drawing\u202egvs.svg", svg, { "content-type": "image/svg+xml" });
  expect(made.status()).toBe(201);
  const file = (await made.json()) as { id: string };
  expect(file).toMatchObject({ name: "drawinggvs.svg", mediaType: "text/plain" });
  const path = `/api/files/${file.id}`;
  const served = await guest.request.get(path);
  expect(await served.text()).toBe(svg);
  expect(served.headers()).toMatchObject({
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
    "content-security-policy": expect.stringContaining("sandbox"),
    "cache-control": "private, no-cache",
  });
  // A browser that has it asks whether it may still show it.
  const asked = { headers: { "if-none-match": served.headers().etag ?? "" } };
  expect((await guest.request.get(path, asked)).status()).toBe(304);
  const page = await guest.context().newPage();
  await page.goto(path);
  await expect(page.locator("body")).toHaveText(svg);
  expect(await page.title()).not.toBe("run");

  const other = await (await newcomer()).newPage();
  await other.goto("/");
  const stranger = await playwright.request.newContext({ baseURL });
  for (const method of ["get", "head"] as const) {
    expect((await other.request[method](path)).status()).toBe(404);
    expect((await stranger[method](path)).status()).toBe(401);
  }
  expect((await stranger.post("/api/files", { data: "x" })).status()).toBe(401);
  await stranger.dispose();
  // In somebody else's message it is not there.
  const form = { text: prompt("words=3"), file: file.id };
  const origin = { origin: new URL(other.url()).origin, accept: "application/json" };
  const refused = await other.request.post("/", { form, headers: { ...origin, "x-sveltekit-action": "true" } });
  expect(await refused.text()).toContain("A file is no longer there");

  for (const megabytes of [11, 30]) {
    const large = await upload(guest, "huge.txt", Buffer.alloc(megabytes * 1024 * 1024, "a"));
    expect(large.status()).toBe(413);
    expect(await large.json()).toEqual({
      message: "This file is larger than 10 MB, which is the most one file can have.",
    });
  }
  const crossSite = { origin: "https://elsewhere.example", "sec-fetch-site": "cross-site" };
  expect((await upload(guest, "a.txt", "x", crossSite)).status()).toBe(403);
});
