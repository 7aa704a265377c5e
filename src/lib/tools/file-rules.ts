/** What can be attached, and the sentences that refuse the rest, in the browser and on the server. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;
export const MAX_FILES = 10;

export const TOO_LARGE = "This file is larger than 10 MB, which is the most one file can have.";
export const TOO_MANY = `A message can hold ${MAX_FILES} files.`;
export const NOT_TAKEN = "Only images (PNG, JPEG, GIF, WebP) and text files (UTF-8) can be attached.";
export const FILES_GONE = "A file is no longer there: what is not sent within a day is forgotten. Add it again.";

/** Why a model does not get an image, for its person. */
export const cannotSee = (label: string): string =>
  `${label} cannot look at images. Choose another model, or remove the image.`;
