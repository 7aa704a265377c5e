/** Longer than this, a pasted text becomes a file: it stays out of the way of what is being written about it. */
const LONG_PASTE = 4000;

/** Images, or a text too long to be read in the box. What has both (a spreadsheet's cells) is pasted as text. */
export function pastedFiles(clipboard: Pick<DataTransfer, "files" | "getData"> | null): File[] {
  const text = clipboard?.getData("text/plain") ?? "";
  if (text === "") return [...(clipboard?.files ?? [])];
  return text.length > LONG_PASTE ? [new File([text], "Pasted text.txt", { type: "text/plain" })] : [];
}

export const carriesFiles = (dragged: DataTransfer | null): boolean => dragged?.types.includes("Files") ?? false;
