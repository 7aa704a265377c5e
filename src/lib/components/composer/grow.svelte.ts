/** An attachment that makes a box as high as its text, for browsers without `field-sizing`. */
export function growWith(text: () => string) {
  return (box: HTMLTextAreaElement) => {
    if (CSS.supports("field-sizing", "content")) return;
    $effect(() => {
      void text();
      box.style.height = "auto";
      box.style.height = `${box.scrollHeight}px`;
    });
  };
}
