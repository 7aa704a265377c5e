import { describe, expect, it } from "vitest";
import type { SkeinMessage } from "$lib/tools/message.ts";
import { hasAddress, picturesIn } from "./pictures.ts";

const id = "00000000-0000-4000-8000-000000000001";
const here = "data:image/png;base64,AAAA";
const file = (url: string, filename?: string, mediaType = "image/png") => ({
  ...{ type: "file" as const, url, mediaType, filename },
});
const pictures = (...parts: SkeinMessage["parts"]) =>
  picturesIn([{ parts: [{ type: "text", text: "Look" }, ...parts] }], (fileId) => `/files/${fileId}`);

describe("the images of a conversation", () => {
  it("are those of people and of models, in order, each with its name", () => {
    expect(pictures(file(`skein-file:${id}`, "cat.png"), file(here))).toEqual([
      { name: "cat.png", src: `/files/${id}` },
      { name: "Image", src: here },
    ]);
  });

  it("are no other files, and none that is elsewhere", () => {
    expect(
      pictures(
        file(`skein-file:${id}`, "notes.md", "text/plain"),
        file("https://elsewhere.example/far.png", "far.png"),
        file("data:image/svg+xml;base64,AAAA", "drawing.svg"),
      ),
    ).toEqual([]);
  });

  it("have an address when they are ours", () => {
    expect(pictures(file(`skein-file:${id}`), file(here)).map(hasAddress)).toEqual([true, false]);
  });
});
