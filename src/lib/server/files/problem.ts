import { cannotSee, FILES_GONE, MAX_FILES, TOO_MANY } from "../../tools/file-rules.ts";
import { isImage, type AttachedFile } from "../../tools/file.ts";
import type { ModelInfo } from "../models/index.ts";

/** The sentence that refuses a message with these files, or null. `found`: those of them that its person has. */
export function problemOfFiles(
  ids: string[],
  found: AttachedFile[],
  { accepts, label }: Pick<ModelInfo, "accepts" | "label">,
): string | null {
  if (ids.length > MAX_FILES) return TOO_MANY;
  if (found.length < ids.length) return FILES_GONE;
  return found.some(isImage) && !accepts.images ? cannotSee(label) : null;
}
