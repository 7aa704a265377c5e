// Here already, so that the first formula is drawn no later than all others.
import "katex";
import { flushSync, mount, unmount } from "svelte";
import Stage from "./Stage.svelte";

/**
 * What the spec has a browser run: our Markdown component alone, without the page's content security policy, which is to
 * be the second wall and not the first.
 */
declare global {
  interface Window {
    attacks: number;
    attacked(): void;
    stage: typeof stage;
  }
}
window.attacks = 0;
window.attacked = () => (window.attacks += 1);

const TAGS = new Set(
  `a b blockquote br button code dd del div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr img input li ol p path pre rect
  circle line polyline span strong sub sup svg table tbody td tfoot th thead tr ul
  math semantics annotation mrow mi mn mo ms mtext mspace mstyle mfrac msqrt mroot msub msup msubsup munder mover munderover
  mtable mtr mtd mpadded mphantom menclose`.split(/\s+/),
);

/** What held the page up after it was drawn (colours of code come later) counts for the next one. */
let heldUpMs = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) heldUpMs = Math.max(heldUpMs, duration);
}).observe({ type: "longtask" });

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

const stage = {
  /** Draws the text as it grows, the whole of it last. How long the page was held up at worst, in milliseconds. */
  async show(texts: string[]): Promise<{ worstMs: number; text: string; wrong: string[] }> {
    const target = document.body.appendChild(document.createElement("main"));
    let worstMs = heldUpMs;
    heldUpMs = 0;
    const timed = async (work: () => void) => {
      const startedAt = performance.now();
      work();
      await frame();
      await frame();
      worstMs = Math.max(worstMs, performance.now() - startedAt);
    };
    let shown: { show(text: string, isStreaming: boolean): void } | undefined;
    for (const [index, text] of texts.entries())
      await timed(() => {
        shown ??= mount(Stage, { target });
        shown.show(text, index < texts.length - 1);
        flushSync();
      });
    const found = { text: target.innerText.replace(/\s+/g, ""), wrong: wrongIn(target) };
    if (shown) await unmount(shown);
    target.remove();
    return { worstMs, ...found };
  },
};
window.stage = stage;

/** What must not be in any answer, whatever was written. */
function wrongIn(target: Element): string[] {
  const wrong: string[] = [];
  for (const element of target.querySelectorAll("*")) {
    const name = element.localName;
    if (!TAGS.has(name)) wrong.push(`<${name}>`);
    for (const { name: attribute, value } of element.attributes) {
      if (/^on/i.test(attribute)) wrong.push(`${name} ${attribute}=${value}`);
      if (/url\(|expression|@import/i.test(attribute === "style" ? value : "")) wrong.push(`${name} style=${value}`);
      if (/^(src|srcset|href|xlink:href|action|formaction|data|poster|ping|background)$/.test(attribute))
        if (!isFine(name, value)) wrong.push(`${name} ${attribute}=${value}`);
    }
  }
  return wrong;
}

function isFine(name: string, address: string): boolean {
  const { protocol, origin } = new URL(address, location.href);
  if (name === "a") return ["http:", "https:", "mailto:"].includes(protocol);
  return origin === location.origin;
}
