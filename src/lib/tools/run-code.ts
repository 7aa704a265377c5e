import { tool } from "ai";
import { z } from "zod";

/** What the model is told of the tool; `trigger/tools/run-code.ts` does it. */
export const runCode = tool({
  title: "Run code",
  description:
    "Runs JavaScript in a sandbox and returns what it logs and the value of its last expression. Use it to calculate and to work on data exactly. No network, files, timers or imports; 5 seconds, 32 MB.",
  inputSchema: z.object({
    code: z.string().min(1).max(50_000).describe("A script. console.log and top-level await work."),
  }),
  outputSchema: z.object({
    /** What was logged, a line each; the end of much is missing, and says so. */
    logs: z.string(),
    /** Of the last expression, as JSON where JSON can say it. */
    value: z.string().optional(),
    /** What the code ended with, or why it was ended. */
    error: z.string().optional(),
    tookMs: z.number(),
  }),
});
