import { setContext } from "svelte";

const PLACEMENTS = ["top", "top-end", "top-start", "bottom", "bottom-end", "bottom-start"] as const;

/**
 * In the place of the Markdown library's own (vite.config.ts): what comes up beside a footnote's number.
 * What finds a place for it on the screen is loaded when one is opened; that is 7 kB less for every page.
 */
export class Popover {
  isOpen = $state(false);
  reference = $state<HTMLElement>();

  constructor() {
    // What is inside of one is not animated.
    setContext("POPOVER", true);
  }

  popoverAttachment = (node: HTMLElement) => {
    const { reference } = this;
    if (!reference) return;
    let end: (() => void) | undefined;
    let isClosed = false;
    node.style.visibility = "hidden";
    import("@floating-ui/dom")
      .then(({ autoPlacement, autoUpdate, computePosition, offset, shift }) => {
        if (isClosed) return;
        const middleware = [
          offset(10),
          shift({ mainAxis: true }),
          autoPlacement({ allowedPlacements: [...PLACEMENTS] }),
        ];
        end = autoUpdate(reference, node, async () => {
          const { x, y } = await computePosition(reference, node, { strategy: "fixed", middleware });
          Object.assign(node.style, { left: `${x}px`, top: `${y}px`, visibility: "" });
        });
      })
      // Offline: where it stands in the text, it can be read as well.
      .catch(() => (node.style.visibility = ""));
    return () => {
      isClosed = true;
      end?.();
    };
  };
}
