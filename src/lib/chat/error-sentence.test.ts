import { expect, it } from "vitest";
import { errorSentence } from "./error-sentence.ts";

const withStatus = (status: number) => Object.assign(new Error("raw"), { status });

it.each([
  [withStatus(403), "This chat is not yours or no longer exists."],
  [withStatus(404), "This chat is not yours or no longer exists."],
  [withStatus(401), "Your visit has expired: reload the page."],
  [withStatus(413), "This message is too long."],
  [withStatus(409), "This chat is closed. Start a new one to go on."],
  [withStatus(429), "Too many messages at once. Wait a moment, then retry."],
  [withStatus(503), "The server cannot take messages right now."],
  [new TypeError("Failed to fetch"), "The server cannot be reached."],
  [new Error("raw"), "The message could not be sent."],
  [undefined, "The message could not be sent."],
])("%s becomes a sentence", (error, sentence) => {
  expect(errorSentence(error, true)).toBe(sentence);
});

it("says offline when the browser is", () => {
  expect(errorSentence(new TypeError("Failed to fetch"), false)).toBe("You are offline.");
});
