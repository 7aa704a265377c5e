/** Whoever is in one of them means a letter, or picks by it. */
const TAKES_LETTERS = "input, textarea, select, [contenteditable], [role=search], [role=dialog]";
/** Above the page, and the page out of reach. */
const ABOVE = "dialog[open], [role=menu]";

/** Whether this key was pressed alone and is meant for the page: never while somebody types, in a menu or in a dialog. */
export function isPlainKey(event: KeyboardEvent): boolean {
  const { ctrlKey, metaKey, altKey, isComposing, defaultPrevented, target } = event;
  if (ctrlKey || metaKey || altKey || isComposing || defaultPrevented) return false;
  return !(target instanceof Element && target.closest(TAKES_LETTERS)) && document.querySelector(ABOVE) === null;
}

/** Whatever is open above the page or beside a button closes by Escape, which means nothing else then. */
export const isSomethingOpen = () =>
  document.querySelector("dialog[open], [role=menu], [role=dialog], [role=listbox], .popover, main[inert]") !== null;
