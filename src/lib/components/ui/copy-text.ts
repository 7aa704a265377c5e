/**
 * `html`: the same for whoever pastes it where text can look like something. Browsers offer the clipboard on https and
 * localhost only; on a LAN address the old way still works.
 */
export async function copyText(text: string, html?: string): Promise<void> {
  if (!navigator.clipboard) copyThroughSelection(text);
  else if (html === undefined || !("write" in navigator.clipboard)) await navigator.clipboard.writeText(text);
  else {
    const kinds = { "text/plain": text, "text/html": html };
    const blobs = Object.entries(kinds).map(([type, words]) => [type, new Blob([words], { type })] as const);
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
  }
}

function copyThroughSelection(text: string) {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
}
