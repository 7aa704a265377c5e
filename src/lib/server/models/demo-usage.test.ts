import { expect, it } from "vitest";
import { usageOf } from "./demo-usage.ts";

it("counts what the demo model was told and what it says, four characters a token", () => {
  const usage = usageOf(
    [
      { role: "system", content: "four" },
      {
        role: "user",
        content: [
          { type: "text", text: "eight ch" },
          { type: "file", mediaType: "image/png", data: { type: "data", data: new Uint8Array(100_000) } },
        ],
      },
    ],
    { text: "twelve chars", reasoning: "four" },
  );
  expect(usage.inputTokens.total).toBe(1 + 2 + 1500);
  expect(usage.outputTokens).toEqual({ total: 4, text: 3, reasoning: 1 });
});
