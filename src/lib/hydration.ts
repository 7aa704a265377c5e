let isOn = false;

/** Whether components find what the server has drawn of them. On the server: whether browsers will. */
export const isHydrating = (): boolean => isOn || import.meta.env.SSR;

/** Said by the outermost layout as it is made, and as it stands. */
export function hydrationBegins(): void {
  isOn = true;
}
export function hydrationEnds(): void {
  isOn = false;
  // app.html keeps what was pressed until now.
  dispatchEvent(new Event("skein:alive"));
}
