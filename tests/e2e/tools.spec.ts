import { createServer } from "node:http";
import { expectedAnswer } from "../support/mock-openai.ts";
import { freePorts } from "../support/ports.ts";
import { answers, expectAnswer, expectSettled, prompt, requestsFor, send, startChat } from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

const call = (tool: string, input: object, rest = "") =>
  prompt(`words=5 tool=${tool} args=${JSON.stringify(input)} after=5 ${rest}`);

/** What the model was told by the tool. */
const toldBack = (request: { messages: { role: string; content: string }[] } | undefined) =>
  request?.messages.findLast(({ role }) => role === "tool")?.content ?? "";

test("a first turn that runs code is one answer, and the code is run once, by the agent", async ({ guest, model }) => {
  const question = call("runCode", { code: "console.log('once', Math.random()); 6 * 7" });
  await startChat(guest, question);
  await expect(answers(guest)).toHaveText(
    new RegExp(`^\\s*${expectedAnswer(5)}\\s*Run code.*Done.*w6 w7 w8 w9 w10\\s*$`, "s"),
  );
  await expectSettled(guest);
  await expect(answers(guest)).toHaveCount(1);
  const [first, second, ...more] = requestsFor(model, question);
  expect([first?.hasResult, second?.hasResult, more.length]).toEqual([false, true, 0]);
  expect(JSON.parse(toldBack(second))).toMatchObject({ value: "42", logs: expect.stringMatching(/^once 0\.\d+$/) });

  // Run again, it would have logged another number.
  const { logs } = JSON.parse(toldBack(second)) as { logs: string };
  await guest.reload();
  const card = answers(guest).getByRole("group", { name: "Run code" });
  await card.getByRole("button").click();
  await expect(card).toContainText(logs);
  await expect(answers(guest)).toContainText("w6 w7 w8 w9 w10");
});

test("code that never ends is ended, and the answer goes on", async ({ guest, model }) => {
  await startChat(guest, prompt("words=2"));
  await expectAnswer(guest, 2);
  const question = call("runCode", { code: "for (;;);" });
  await send(guest, question);
  await expect(answers(guest).last()).toContainText("w6 w7 w8 w9 w10", { timeout: 20_000 });
  await expectSettled(guest);
  expect(toldBack(requestsFor(model, question).at(-1))).toContain("The code took too long and was ended.");
});

test("a page on this machine is not fetched, which is said on the card and to the model", async ({ guest, model }) => {
  let visits = 0;
  const [port] = await freePorts(1);
  const secret = createServer((_request, response) => {
    visits++;
    response.writeHead(200, { "content-type": "text/plain" }).end("secret");
  }).listen(port, "127.0.0.1");
  try {
    const question = call("fetchPage", { url: `http://127.0.0.1:${port}/` });
    await startChat(guest, question);
    const sentence = "127.0.0.1 is not on the public internet, and only public pages can be fetched.";
    await expect(answers(guest)).toContainText(/Fetch page.*Failed.*w6 w7 w8 w9 w10/s);
    await expectSettled(guest);
    await expect(answers(guest)).toHaveCount(1);
    const card = answers(guest).getByRole("group", { name: "Fetch page" });
    await card.getByRole("button").click();
    await expect(card).toContainText(sentence);
    expect(toldBack(requestsFor(model, question).at(-1))).toBe(sentence);
    expect(visits).toBe(0);
    // The tool failed, and the turn did not.
    await guest.reload();
    await expect(answers(guest)).toContainText("w6 w7 w8 w9 w10");
    await expectSettled(guest);
  } finally {
    secret.close();
  }
});

test("the demo model runs code and says what came of it", async ({ guest }) => {
  await guest.getByRole("combobox", { name: "Model" }).click();
  await guest.getByRole("option", { name: /Demo/ }).click();
  await startChat(guest, "calculate 6 * 7");
  await expect(answers(guest)).toContainText(/sandbox.*Run code.*Done.*The value is 42/s, { timeout: 15_000 });
  await expectSettled(guest);
});
