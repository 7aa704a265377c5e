import { expect, test } from "./fixtures.ts";

test("a production build has no gallery", async ({ guest }) => {
  const answer = await guest.goto("/gallery");
  expect(answer?.status()).toBe(404);
  await expect(guest.getByRole("heading", { name: "Not found" })).toBeVisible();
});
