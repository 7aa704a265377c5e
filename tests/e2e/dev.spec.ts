import { answers, expectAnswer, prompt, send, startChat, untilWord } from "./conversation.ts";
import { test } from "./fixtures.ts";

test.use({ stackName: "dev", stackMode: "dev" });

test("npm run dev: a first message is answered, a reload in mid-answer misses nothing", async ({ guest }) => {
  await startChat(guest, prompt("words=80 rate=20"));
  await untilWord(answers(guest).first(), 10);
  await guest.reload();
  await expectAnswer(guest, 80, { within: 30_000 });
  await send(guest, prompt("words=7"));
  await expectAnswer(guest, 7, { nth: 1 });
});
