/** Whether one writes with a keyboard on the screen, which takes half of it and has no Shift+Enter. */
export const isTouchKeyboard = () => matchMedia("(hover: none) and (pointer: coarse)").matches;
