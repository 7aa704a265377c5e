/** What a menu and a dialog beside a button have in common: where they are, and that the button has the focus again. */
export const anchoredTo = (anchor: HTMLElement) => ({
  ...{ customAnchor: anchor, sideOffset: 6, collisionPadding: 12, class: "menu" },
  onCloseAutoFocus: (event: Event) => {
    event.preventDefault();
    anchor.focus();
  },
});
