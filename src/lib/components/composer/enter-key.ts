type Key = Pick<KeyboardEvent, "key" | "shiftKey" | "altKey" | "isComposing" | "keyCode">;

/**
 * Does this key press send? Enter does, Shift+Enter breaks the line, and an Enter that only accepts what an input
 * method suggests does neither. Safari ends the composition before that key press and marks it with key code 229.
 * On a touch keyboard Enter breaks the line, as there is no Shift+Enter.
 */
export function sends(event: Key, isTouchKeyboard: boolean): boolean {
  if (event.key !== "Enter" || event.shiftKey || event.altKey) return false;
  if (event.isComposing || event.keyCode === 229) return false;
  return !isTouchKeyboard;
}
