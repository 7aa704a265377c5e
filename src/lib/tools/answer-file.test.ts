import { expect, it } from "vitest";
import { isPicture, placeOf, withoutUnfitFiles } from "./answer-file.ts";

const id = "0b2f1c1e-1111-4222-8333-abcdefabcdef";
const png = "data:image/png;base64,AAAA";

it("is loaded from this app or from the message itself, and from nowhere else", () => {
  expect(placeOf({ url: `skein-file:${id}` })).toEqual({ is: "ours", fileId: id });
  expect(placeOf({ url: png })).toEqual({ is: "here", url: png });
  for (const url of [
    "https://example.org/a.png",
    "//example.org",
    "javascript:alert(1)",
    "data:text/html,<script>",
    "blob:x",
  ])
    expect(placeOf({ url })).toEqual({ is: "elsewhere", address: url });
});

it("is a picture if the bytes are said to be one, whatever the part says", () => {
  expect(isPicture({ url: png, mediaType: "image/png" })).toBe(true);
  expect(isPicture({ url: `skein-file:${id}`, mediaType: "image/webp" })).toBe(true);
  expect(isPicture({ url: "data:image/svg+xml;base64,AAAA", mediaType: "image/png" })).toBe(false);
  expect(isPicture({ url: "data:text/html;base64,AAAA", mediaType: "image/png" })).toBe(false);
  expect(isPicture({ url: `skein-file:${id}`, mediaType: "text/plain" })).toBe(false);
});

it("is kept with its answer unless it is too large or no file at all", () => {
  const file = { type: "file", mediaType: "image/png", filename: "a.png", url: png };
  const text = { type: "text", text: "x" };
  const kept = [file, { ...file, url: `skein-file:${id}` }, { ...file, url: "https://example.org/a.png" }, text];
  const dropped = [
    { ...file, url: png + "A".repeat(15_000_000) },
    { ...file, url: `https://example.org/${"a".repeat(2000)}` },
    { ...file, url: undefined },
    { ...file, url: [png] },
    { ...file, mediaType: undefined },
    { ...file, filename: "x".repeat(10_000) },
  ];
  expect(withoutUnfitFiles([...kept, ...dropped])).toEqual(kept);
});
