/**
 * Run inside the sandbox before anybody's code: makes its console, and returns what puts a value into words (JSON where
 * JSON can say it, otherwise as a console would). It bounds what leaves the sandbox; whatever code does to it by
 * changing prototypes, it only does to its own output. Text and not a function, because a bundler would rewrite that.
 */
export const INSPECT = String.raw`(function (print, limit) {
  "use strict";
  const DEPTH = 8;
  let left = 0;

  function leaf(text) {
    left -= text.length;
    return text;
  }

  function show(value, above) {
    if (typeof value === "string") return leaf(JSON.stringify(cut(value, limit)));
    if (typeof value === "bigint") return leaf(cut(String(value), limit) + "n");
    if (typeof value === "function") return leaf("[function " + (value.name || "anonymous") + "]");
    if (typeof value !== "object" || value === null) return leaf(String(value));
    if (above.includes(value)) return leaf("[circular]");
    if (value instanceof Error) return leaf(String(value));
    if (value instanceof RegExp) return leaf(String(value));
    if (value instanceof Promise) return leaf("[promise]");
    if (value instanceof Date) return leaf(isNaN(value) ? "[invalid date]" : JSON.stringify(value));
    if (above.length >= DEPTH) return leaf("…");
    const inside = [...above, value];
    if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView)))
      return "[" + list(value.length, (at) => show(value[at], inside)) + "]";
    if (value instanceof Map) {
      const entries = value.entries();
      const next = () => entries.next().value;
      return "Map {" + list(value.size, () => { const [key, its] = next(); return show(key, inside) + " => " + show(its, inside); }) + "}";
    }
    if (value instanceof Set) {
      const values = value.values();
      return "Set {" + list(value.size, () => show(values.next().value, inside)) + "}";
    }
    const keys = Object.keys(value);
    return "{" + list(keys.length, (at) => leaf(JSON.stringify(keys[at])) + ": " + show(value[keys[at]], inside)) + "}";
  }

  function list(length, item) {
    let items = "";
    for (let at = 0; at < length; at++) {
      if (left <= 0) return items + ", …";
      items += (at > 0 ? ", " : "") + item(at);
      left -= 2;
    }
    return items;
  }

  function cut(text, length) {
    return text.length > length ? text.slice(0, length) + "…" : text;
  }

  function inspect(value) {
    left = limit;
    return cut(show(value, []), limit);
  }

  function describe(thrown) {
    if (!(thrown instanceof Error)) return "Thrown: " + inspect(thrown);
    const places = String(thrown.stack ?? "").split("\n").slice(0, 4).join("\n").trimEnd();
    return cut(String(thrown), limit) + (places === "" ? "" : "\n" + cut(places, 1000));
  }

  const log = (...values) => {
    let text = "";
    for (const value of values) {
      if (text.length > limit) break;
      text += (text === "" ? "" : " ") + (typeof value === "string" ? cut(value, limit) : inspect(value));
    }
    print(cut(text, limit));
  };
  globalThis.console = { log, info: log, warn: log, error: log, debug: log, dir: log, table: log, trace: log };
  return (value, isThrown) => (isThrown ? describe(value) : inspect(value));
})`;
