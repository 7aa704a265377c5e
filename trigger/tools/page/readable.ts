// @ts-expect-error Its types are for a package of another name.
import dom from "@mixmark-io/domino";
// @ts-expect-error It has no types.
import { gfm as tables } from "@joplin/turndown-plugin-gfm";
import { Readability } from "@mozilla/readability";
import Turndown from "turndown";

const domino = dom as { createDocument(html: string, force: boolean): Document };
const gfm = tables as Turndown.Plugin;

export interface Html {
  html: string;
  url: string;
}
export interface Readable {
  title: string;
  markdown: string;
}

/** Shorter than this, what was taken for the article is a teaser or a cookie notice, and the whole page says more. */
const SHORTEST_ARTICLE = 400;
const NOT_TEXT = ["script", "style", "noscript", "template", "iframe", "object", "svg", "canvas", "button"];

/** What there is to read in a page, as Markdown. Nothing in it is loaded or run. */
export function read({ html, url }: Html): Readable {
  const parse = () => {
    const document = domino.createDocument(html, true);
    const base = document.querySelector("base[href]")?.getAttribute("href") ?? "";
    makeIterable(document);
    absolute(document, URL.canParse(base, url) ? new URL(base, url).href : url);
    // Not in this DOM, and asked for by Readability.
    Object.defineProperties(document, { baseURI: { value: url }, documentURI: { value: url } });
    return document;
  };
  const turndown = new Turndown({ headingStyle: "atx", codeBlockStyle: "fenced", bulletListMarker: "-", hr: "---" });
  turndown.use(gfm);
  turndown.remove(NOT_TEXT as never);

  const document = parse();
  const title = document.title.trim();
  const article = new Readability(document, { keepClasses: true }).parse();
  const isArticle = (article?.length ?? 0) >= SHORTEST_ARTICLE;
  const content = isArticle && article?.content ? domino.createDocument(article.content, true).body : parse().body;
  return { title: article?.title?.trim() || title, markdown: turndown.turndown(content as HTMLElement).trim() };
}

/** In every DOM but this one, lists of elements are, and Readability counts on it. */
function makeIterable(document: Document): void {
  for (const list of [document.getElementsByTagName("a"), document.querySelectorAll("a"), document.body.children])
    (Object.getPrototypeOf(list) as ArrayLike<Element> & Partial<Iterable<Element>>)[Symbol.iterator] ??=
      Array.prototype[Symbol.iterator];
}

/** Links that lead somewhere from anywhere; those that lead nowhere or do something lose their address. */
function absolute(document: Document, base: string): void {
  for (const [selector, attribute] of [
    ["a[href]", "href"],
    ["img[src]", "src"],
  ] as const) {
    for (const element of document.querySelectorAll(selector)) {
      const written = element.getAttribute(attribute) ?? "";
      const address = URL.canParse(written, base) ? new URL(written, base) : undefined;
      if (address && /^https?:$/.test(address.protocol)) element.setAttribute(attribute, address.href);
      else element.removeAttribute(attribute);
    }
  }
}
