import variant from "@jitl/quickjs-singlefile-mjs-release-sync";
import { newQuickJSWASMModuleFromVariant } from "quickjs-emscripten-core";
import { INSPECT } from "./inspect.ts";
import { TOO_LONG, type Outcome, type Script } from "./script.ts";

const MEMORY_BYTES = 32 * 1024 * 1024;
const STACK_BYTES = 256 * 1024;
/** Of all that is logged, and of the value. */
const MAX_TEXT = 10_000;
/** quickjs.h: JS_EVAL_FLAG_ASYNC, a script that may await and resolves to `{ value }`. */
const ASYNC = 1 << 7;
const JOBS_AT_ONCE = 1000;

const NEVER_ENDS = "The code waits for something that never comes.";
const TOO_MUCH = "The code used up its memory or its stack.";
const NOT_SAID = "What the code ended with cannot be put into words.";
const MORE = "… (more was logged)";

/**
 * Runs a script in a QuickJS of its own: a JavaScript engine inside WebAssembly, so that not even a bug of it reaches
 * beyond its own memory. It has the language, a console, and nothing of this process. Nothing is freed: the thread ends.
 */
export async function run({ code, timeoutMs }: Script, say: (text: string) => void): Promise<Outcome> {
  const quickjs = await newQuickJSWASMModuleFromVariant(variant);
  const runtime = quickjs.newRuntime();
  runtime.setMemoryLimit(MEMORY_BYTES);
  runtime.setMaxStackSize(STACK_BYTES);
  const deadline = performance.now() + timeoutMs;
  const isLate = () => performance.now() > deadline;
  runtime.setInterruptHandler(isLate);
  const vm = runtime.newContext();

  let left = MAX_TEXT;
  const print = vm.newFunction("print", (text) => {
    if (left <= 0) return;
    const line = vm.getString(text);
    say(line.slice(0, left));
    left -= line.length + 1;
    if (left <= 0) say(MORE);
  });
  const inspect = vm.unwrapResult(
    vm.callFunction(vm.unwrapResult(vm.evalCode(INSPECT)), vm.undefined, print, vm.newNumber(MAX_TEXT)),
  );
  const textOf = (value: Parameters<typeof vm.typeof>[0], isThrown: boolean): string | undefined => {
    const text = vm.callFunction(inspect, vm.undefined, value, isThrown ? vm.true : vm.false);
    return text.error || vm.typeof(text.value) !== "string" ? undefined : vm.getString(text.value);
  };

  try {
    const started = vm.evalCode(code, "code.js", ASYNC);
    if (started.error) return { error: textOf(started.error, true) ?? NOT_SAID };
    while (runtime.hasPendingJob() && !isLate()) {
      if (runtime.executePendingJobs(JOBS_AT_ONCE).error) break;
    }
    if (isLate()) return { error: TOO_LONG };
    const state = vm.getPromiseState(started.value);
    if (state.type === "pending") return { error: NEVER_ENDS };
    if (state.type === "rejected") return { error: textOf(state.error, true) ?? NOT_SAID };
    const value = vm.getProp(state.value, "value");
    if (vm.typeof(value) === "undefined") return {};
    const text = textOf(value, false);
    return text === undefined ? { error: isLate() ? TOO_LONG : NOT_SAID } : { value: text };
  } catch {
    // The WebAssembly around it gave up, on a stack that it cannot measure.
    return { error: TOO_MUCH };
  }
}
