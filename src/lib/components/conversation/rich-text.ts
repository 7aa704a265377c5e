/** What says something where our styles are not. */
const KEPT = new Set(["href", "src", "alt", "start", "value", "colspan", "rowspan", "align", "dir", "checked", "type"]);

/**
 * A message as an editor takes it: what its Markdown became, without our buttons, colours and classes. Undefined: it is
 * plain text.
 */
export function richTextOf(messageId: string): string | undefined {
  const row = `[role=log] article[data-message-id="${CSS.escape(messageId)}"]`;
  // What a tool or its reasoning says is further in.
  const texts = [...document.querySelectorAll(`${row} > div > .markdown, ${row} > div > .kept > .markdown`)];
  return texts.length === 0 ? undefined : texts.map((text) => plain(text.cloneNode(true) as Element)).join("\n");
}

function plain(text: Element): string {
  for (const part of text.querySelectorAll("button, svg, figcaption, .popover")) part.remove();
  for (const code of text.querySelectorAll("pre")) {
    const inner = document.createElement("code");
    inner.textContent = code.textContent;
    code.replaceChildren(inner);
  }
  for (const element of text.querySelectorAll("*")) {
    // Whole addresses: they lead to us from elsewhere, too.
    if (element instanceof HTMLAnchorElement) element.href = String(element.href);
    if (element instanceof HTMLImageElement) element.src = String(element.src);
    for (const { name } of [...element.attributes]) if (!KEPT.has(name)) element.removeAttribute(name);
  }
  return text.innerHTML.replace(/<!--.*?-->/gs, "");
}
