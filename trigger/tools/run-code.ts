import { tool } from "ai";
import { runCode } from "../../src/lib/tools/run-code.ts";
import { runInSandbox } from "./sandbox/run-in-sandbox.ts";

/** An error in the code is a result like any other. It reaches nothing outside. */
export function createRunCode() {
  return tool({ ...runCode, execute: ({ code }, { abortSignal }) => runInSandbox(code, { signal: abortSignal }) });
}
