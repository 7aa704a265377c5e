import type { Handle } from "@sveltejs/kit";

/** In characters. It takes longer to parse than scripts to compile, and its beginning is painted long before its end is there. */
const LONG_PAGE = 150_000;

/**
 * The page's scripts are fetched when nothing else is to be fetched, and nothing of them is read or run before the page has
 * been painted: that took a third of the time until then. (With `modulepreload` they are compiled meanwhile, as is right
 * only for a long page; with `preload` in one piece once they are wanted.) In the document's head their names take next to
 * nothing; Kit would say them in a header, which nothing compresses. Its styles are in there anyway.
 */
export const paintFirst: Handle = ({ event, resolve }) => {
  const scripts: string[] = [];
  return resolve(event, {
    preload({ type, path }) {
      if (type === "js") scripts.push(path);
      return false;
    },
    transformPageChunk: ({ html }) => afterPaint(html, scripts),
  });
};

/** Pure: a page of Kit's, whose scripts wait for `skeinPainted` (app.html). */
export function afterPaint(html: string, scripts: string[]): string {
  const rel = html.length > LONG_PAGE ? "modulepreload" : "prefetch";
  const links = scripts.map((path) => `<link rel="${rel}" href="${encodeURI(path)}">`);
  const page = html.replace("</head>", () => `${links.join("")}</head>`);
  // What people wrote comes before it, and in its data they have neither line breaks nor quotes.
  const at = page.lastIndexOf("Promise.all([\n");
  if (at < 0) return page;
  return page.slice(0, at) + page.slice(at).replace(/\bimport\("[^"]+"\)/g, "skeinPainted.then(() => $&)");
}
