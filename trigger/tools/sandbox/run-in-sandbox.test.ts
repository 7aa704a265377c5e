import { describe, expect, it } from "vitest";
import { runInSandbox } from "./run-in-sandbox.ts";

const run = (code: string, timeoutMs = 400) => runInSandbox(code, { timeoutMs });
const valueOf = async (code: string) => {
  const { value, error } = await run(code, 5000);
  return error ?? value;
};

describe("code", () => {
  it("is run for the value of its last expression and for what it logs", async () => {
    expect(await run("const n = 6; console.log('n is', n, [n]); console.error({ n }); n * 7")).toEqual({
      logs: 'n is 6 [6]\n{"n": 6}',
      value: "42",
      tookMs: expect.any(Number),
    });
  });

  it("may await, and says what it ends with", async () => {
    expect(await valueOf("const later = async () => 3; (await later()) + (await Promise.resolve(4))")).toBe("7");
    expect(await run("let x = 1;")).toEqual({ logs: "", tookMs: expect.any(Number) });
  });

  it.each([
    ["({ a: [1, 'b', null], c: { d: true } })", '{"a": [1, "b", null], "c": {"d": true}}'],
    [
      "[undefined, NaN, -1.5, 10n, Symbol('s'), () => 1, /x/g]",
      /^\[undefined, NaN, -1.5, 10n, Symbol\(s\), \[function .*\], \/x\/g\]$/,
    ],
    ["new Map([['a', new Set([1])]])", 'Map {"a" => Set {1}}'],
    ["new Date(0)", '"1970-01-01T00:00:00.000Z"'],
    ["new Uint8Array(2)", "[0, 0]"],
    ["const o = { a: {} }; o.a.o = o; o", '{"a": {"o": [circular]}}'],
    ["[new Error('no'), new Promise(() => {})]", "[Error: no, [promise]]"],
    ["Object.create(null)", "{}"],
    ["'a\\nb'", '"a\\\\nb"'],
  ])("says its value: %s", async (code, text) => {
    const value = await valueOf(code);
    if (text instanceof RegExp) expect(value).toMatch(text);
    else expect(value).toBe(text.replaceAll("\\\\", "\\"));
  });

  it.each([
    ["throw new TypeError('no')", /^TypeError: no\n\s+at .*code\.js:1/],
    ["throw { code: 7 }", 'Thrown: {"code": 7}'],
    ["null.x", /^TypeError: cannot read property 'x' of null/],
    ["await Promise.reject(new Error('later'))", /^Error: later/],
    ["1 +", /^SyntaxError: /],
    ["await new Promise(() => {})", /waits for something that never comes/],
  ])("that fails has an error, and no value: %s", async (code, error) => {
    const ran = await run(`console.log('first'); ${code}`, 5000);
    expect(ran.error).toMatch(error);
    expect(ran).not.toHaveProperty("value");
  });

  it("keeps what it logged before it failed", async () => {
    expect(await run("console.log('first'); throw 1")).toMatchObject({ logs: "first", error: "Thrown: 1" });
    expect(await run("console.log('first'); for (;;);")).toMatchObject({ logs: "first", error: /too long/ });
  });

  it("knows nothing of what was run before it", async () => {
    await run("globalThis.left = 1; Object.prototype.polluted = 1; Array.prototype.map = null");
    expect(await valueOf("[typeof left, ({}).polluted, typeof [].map]")).toBe('["undefined", undefined, "function"]');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe("code that wants too much", () => {
  const TOO_LONG = "The code took too long and was ended.";
  /** What ends by itself does so in time, on a machine however slow. */
  const UNHURRIED_MS = 20_000;

  it.each([
    ["for (;;);"],
    ["await (async () => { for (;;) await null; })()"],
    ["(function again() { return Promise.resolve().then(again); })()"],
    ["Promise.resolve().then(() => { for (;;); })"],
    ["for (;;) { try { for (;;); } catch {} finally { for (;;); } }"],
    ["/^(a+)+$/.test('a'.repeat(40) + 'b')"],
    ["({ toString() { for (;;); } }) + ''"],
    ["({ get a() { for (;;); } })"],
    ["for (;;) console.log('again')"],
  ])("is ended in time: %s", async (code) => {
    const ran = await run(code);
    expect(ran.error).toBe(TOO_LONG);
    expect(ran.logs.length).toBeLessThan(11_000);
    // Its own time and the start of its thread, on a machine however slow.
    expect(ran.tookMs).toBeLessThan(10_000);
  });

  it.each([
    ["let text = 'x'; for (;;) text += text;", /string too long|out of memory/],
    ["const all = []; for (;;) all.push(new Uint8Array(1 << 20));", /out of memory/],
    ["const all = []; for (;;) all.push({ a: [all.length] });", /out of memory/],
    ["new ArrayBuffer(2 ** 31 - 1)", /out of memory|invalid/i],
    ["'x'.repeat(2 ** 29)", /out of memory|invalid|too long/i],
    ["(function deep() { return deep() + 1; })()", /stack overflow/],
    ["const deep = (n) => n && [deep(n - 1)]; JSON.stringify(deep(1e5))", /stack/],
    ["JSON.parse('['.repeat(1e6))", /stack/],
  ])("has no more memory than it may: %s", async (code, error) => {
    const before = process.memoryUsage().rss;
    expect((await run(code, UNHURRIED_MS)).error).toMatch(error);
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  });

  it("says a bounded amount", async () => {
    const { logs } = await run("console.log('x'.repeat(1e6)); console.log('more')", UNHURRIED_MS);
    expect(logs.length).toBeLessThan(10_100);
    expect(logs).toMatch(/more was logged\)$/);
    expect((await run("'x'.repeat(1e6)", UNHURRIED_MS)).value).toHaveLength(10_001);
    expect(
      (await run("Array.from({ length: 1e5 }, () => ({ a: 'b'.repeat(100) }))", UNHURRIED_MS)).value?.length,
    ).toBeLessThan(10_100);
    expect((await run("const a = []; a.length = 4e9; a", UNHURRIED_MS)).value?.length).toBeLessThan(10_100);
    expect((await run("throw new Error('x'.repeat(1e6))", UNHURRIED_MS)).error?.length).toBeLessThan(12_000);
  });

  it("is ended at once when the person stops", async () => {
    const stop = new AbortController();
    const running = runInSandbox("for (;;);", { signal: stop.signal, timeoutMs: 20_000 });
    const start = performance.now();
    stop.abort(new Error("stopped"));
    await expect(running).rejects.toThrow("stopped");
    expect(performance.now() - start).toBeLessThan(1000);
    await expect(runInSandbox("1", { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
  });
});

describe("code that wants out", () => {
  it.each([
    "constructor.constructor('return process')()",
    "console.log.constructor('return process')()",
    "(() => {}).constructor('return this')().process.env",
    "new Function('return require')()('fs')",
    "await import('node:fs')",
    "await import('data:text/javascript,1')",
    "fetch('http://127.0.0.1')",
    "new WebSocket('ws://127.0.0.1')",
    "new XMLHttpRequest()",
    "WebAssembly.compile(new Uint8Array(8))",
    "setTimeout(() => {}, 0)",
    "process.exit(1)",
    "std.loadFile('/etc/passwd')",
    "os.exec(['id'])",
    "eval('process')",
    "globalThis.constructor.constructor('return process.mainModule')()",
  ])("finds nothing there: %s", async (code) => expect(await valueOf(code)).toMatch(/^(Reference|Type)Error: /));

  it("sees the language and a console, and nothing of ours", async () => {
    const names = JSON.parse((await valueOf("Object.getOwnPropertyNames(globalThis)")) ?? "") as string[];
    const here = new Set(Object.getOwnPropertyNames(globalThis));
    const known = [
      "console",
      "InternalError",
      "AsyncDisposableStack",
      "DisposableStack",
      "SuppressedError",
      "Iterator",
    ];
    expect(names.filter((name) => !here.has(name) && !known.includes(name))).toEqual([]);
    for (const name of ["process", "require", "fetch", "WebAssembly", "setTimeout", "performance", "Worker", "Bun"])
      expect(names).not.toContain(name);
  });

  it("changes nothing but its own output by what it does to prototypes", async () => {
    const code = `
      for (const type of [Object, Array, String, Function, Promise, Map])
        for (const name of Object.getOwnPropertyNames(type.prototype))
          try { type.prototype[name] = () => { throw 1 } } catch {}
      Object.defineProperty(Object.prototype, 'value', { get() { return 'mine' } });
      Object.defineProperty(Object.prototype, 'output', { get() { return 'mine' } });
      [1]`;
    const { value, error } = await run(code, 5000);
    expect([value, error]).toContainEqual(expect.stringMatching(/cannot be put into words|^\[1\]$/));
    expect(await valueOf("[1].map((n) => n + 1)")).toBe("[2]");
  });
});
