import { expect, it } from "vitest";
import { fileIdOf, filePart, filesIn, withoutForeignFiles } from "./file.ts";
import { questionParts, says, wordsOf } from "./message.ts";

const id = "0b2f1c1e-1111-4222-8333-abcdefabcdef";
const cat = { id, name: "cat.png", mediaType: "image/png", size: 5 };

it("knows its own addresses and no others", () => {
  expect(fileIdOf(filePart(cat).url)).toBe(id);
  for (const url of [
    `/api/files/${id}`,
    `skein-file:${id}/..`,
    `SKEIN-FILE:${id}`,
    `x skein-file:${id}`,
    "",
    undefined,
  ])
    expect(fileIdOf(url)).toBeUndefined();
});

it("drops what is not ours, whatever it looks like, and nothing else", () => {
  const good = filePart(cat);
  const text = { type: "text", text: "hello" };
  const bad = [
    { ...good, url: "http://169.254.169.254/" },
    { ...good, url: "data:image/png;base64,AAAA" },
    { ...good, url: [good.url] },
    { ...good, mediaType: undefined },
    { ...good, filename: "x".repeat(10_000) },
    { ...good, filename: { length: 1 } },
    { type: "file" },
  ];
  const parts = [good, ...bad, text, { ...good, filename: undefined }];
  expect(withoutForeignFiles(parts)).toEqual([good, text, { ...good, filename: undefined }]);
  expect(filesIn({ parts: [text, good, ...bad.slice(0, 3)] })).toEqual([
    { id, name: "cat.png", mediaType: "image/png" },
  ]);
});

it("makes a message of text, of files, or of both", () => {
  const text = { type: "text", text: "look" };
  expect(questionParts("look")).toEqual([text]);
  expect(questionParts("look", [cat])).toEqual([filePart(cat), text]);
  expect(questionParts(" \n", [cat])).toEqual([filePart(cat)]);
  expect(wordsOf({ parts: questionParts("look", [cat]) })).toBe("look");
  expect(wordsOf({ parts: questionParts("", [cat, cat]) })).toBe("cat.png, cat.png");
});

it("recognises a message by all that it is made of", () => {
  const message = { parts: questionParts("look", [cat]) };
  expect(says(message, { text: "look", files: [cat] })).toBe(true);
  expect(says(message, { text: "look", files: [] })).toBe(false);
  expect(says(message, { text: "look", files: [{ ...cat, id: "other" }] })).toBe(false);
  expect(says(message, { text: "other", files: [cat] })).toBe(false);
});
