import { expectedAnswer } from "../support/mock-openai.ts";
import {
  answers,
  expectAnswer,
  expectSettled,
  lastAnswer,
  prompt,
  requestsFor,
  send,
  startChat,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

for (const [turn, before] of [
  ["first", []],
  ["second", ["words=4"]],
] as const)
  test(`Stop ends the ${turn} answer, keeps what was written, and the next message is answered`, async ({
    guest,
    model,
  }) => {
    const stopped = prompt("words=600 rate=30");
    for (const script of before) {
      await startChat(guest, prompt(script));
      await expectAnswer(guest, 4);
    }
    await send(guest, stopped);
    await untilWord(lastAnswer(guest), 15);
    await guest.getByRole("button", { name: "Stop" }).click();
    await expectSettled(guest);
    await expect(lastAnswer(guest)).toHaveText(/^w1 w2 .* w15 .*Stopped\s+Continue\s*$/);
    // The provider is not left generating for nobody.
    await expect.poll(() => requestsFor(model, stopped)[0]?.abortedAt).toBeDefined();
    const kept = requestsFor(model, stopped)[0]?.sent ?? 0;
    expect(kept).toBeLessThan(300);

    await send(guest, prompt("words=6"));
    await expectAnswer(guest, 6);
    await guest.reload();
    await expect(answers(guest)).toHaveCount(before.length + 2);
    const text = await answers(guest).nth(before.length).innerText();
    const words = text.replace(/\s+/g, " ").replace(/ ?Stopped.*$/, "");
    // A beginning of the answer, with nothing lost or doubled, and no longer than what the model had sent.
    expect(expectedAnswer(kept).startsWith(words)).toBe(true);
    expect(words.split(" ").length).toBeGreaterThanOrEqual(15);
    expect(text).toContain("Stopped");
    expect(requestsFor(model, stopped)).toHaveLength(1);
  });
