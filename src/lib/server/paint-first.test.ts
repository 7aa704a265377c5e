import { expect, test } from "vitest";
import { afterPaint } from "./paint-first.ts";

const written = 'Promise.all([\nimport("./a.js")])';
const page = (text: string) => `<html><head></head><body><p>${text}</p><script>
  Promise.all([
    import("./entry/start.js"),
    import("./entry/app.js")
  ]).then(([kit, app]) => kit.start(app, { text: ${JSON.stringify(text)} }));
</script></body></html>`;

test("the scripts of a page wait until it is painted, and what is written in it stays as it is", () => {
  const done = afterPaint(page(written), []);
  expect(done).toContain('skeinPainted.then(() => import("./entry/start.js"))');
  expect(done).toContain('skeinPainted.then(() => import("./entry/app.js"))');
  expect(done.replaceAll(/skeinPainted\.then\(\(\) => (import\("[^"]+"\))\)/g, "$1")).toBe(page(written));
  expect(done.split("skeinPainted")).toHaveLength(3);
});

test("the scripts are named in the head", () => {
  const done = afterPaint(page("Hello"), ["../_app/a.js", "../_app/b.js"]);
  const head = done.slice(0, done.indexOf("</head>"));
  for (const path of ["../_app/a.js", "../_app/b.js"]) expect(head).toContain(`<link rel="prefetch" href="${path}">`);
  expect(afterPaint(page("Hello".repeat(40_000)), ["../_app/a.js"])).toContain(
    'rel="modulepreload" href="../_app/a.js"',
  );
});

test("a page without scripts is left alone", () => {
  expect(afterPaint("<p>Nothing here</p>", [])).toBe("<p>Nothing here</p>");
});
