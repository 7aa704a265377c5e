import type { Attachment } from "svelte/attachments";
import { on } from "svelte/events";
import type { Picture } from "./pictures.ts";
import type { Viewer } from "./viewer.svelte.ts";

/** Makes an image a button that opens the viewer, but not one in a link, which leads where the link does. */
export function enlargeable(viewer: Viewer, picture: Picture): Attachment<HTMLImageElement> {
  return (image) => {
    if (image.closest("a")) return;
    image.role = "button";
    image.tabIndex = 0;
    image.ariaLabel = `Enlarge ${picture.name}`;
    image.style.cursor = "zoom-in";
    const opened = on(image, "click", (event) =>
      viewer.open(event as typeof event & { currentTarget: HTMLElement }, picture),
    );
    const pressed = on(image, "keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      image.click();
    });
    return () => {
      opened();
      pressed();
    };
  };
}
