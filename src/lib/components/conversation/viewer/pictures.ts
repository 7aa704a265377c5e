import type { FileUIPart } from "ai";
import { isPicture, placeOf } from "$lib/tools/answer-file.ts";
import type { SkeinMessage } from "$lib/tools/message.ts";

export interface Picture {
  name: string;
  /** An address of ours, or the image itself as a `data:` address. */
  src: string;
}

/** Browsers lead nobody to an address that is a file itself. */
export const hasAddress = ({ src }: Picture): boolean => !src.startsWith("data:");

/** Where a file of a message can be loaded from; undefined: it is elsewhere, and nothing is. */
export function addressOf(file: FileUIPart, ours: (fileId: string) => string): string | undefined {
  const place = placeOf(file);
  if (place.is === "ours") return ours(place.fileId);
  return place.is === "here" ? place.url : undefined;
}

/** All images of a conversation, in order. */
export function picturesIn(messages: Pick<SkeinMessage, "parts">[], ours: (fileId: string) => string): Picture[] {
  return messages.flatMap(({ parts }) =>
    parts.flatMap((part) => {
      if (part.type !== "file" || !isPicture(part)) return [];
      const src = addressOf(part, ours);
      return src === undefined ? [] : [{ name: nameOf(part), src }];
    }),
  );
}

export const nameOf = (file: FileUIPart): string => file.filename ?? (isPicture(file) ? "Image" : "File");
