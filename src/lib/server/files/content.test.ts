import { describe, expect, it } from "vitest";
import { typeOf } from "./content.ts";
import { cleanFileName } from "./file-name.ts";
import { headersOf } from "./served.ts";

const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part)))),
  );

describe("typeOf", () => {
  it.each([
    ["image/png", bytes([0x89], "PNG\r\n", [0x1a, 0x0a, 0, 0, 0, 13])],
    ["image/jpeg", bytes([0xff, 0xd8, 0xff, 0xe0, 0, 16])],
    ["image/gif", bytes("GIF89a", [1, 0, 1, 0])],
    ["image/webp", bytes("RIFF", [4, 0, 0, 0], "WEBPVP8 ")],
    ["text/plain", bytes("hello\tworld\r\n")],
    ["text/plain", bytes("Grüße, 世界 🎉")],
    ["text/plain", bytes("\ufeffwith a byte order mark")],
    ["text/plain", bytes('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
    ["text/plain", bytes("<!doctype html><script>alert(1)</script>")],
    ["text/plain", bytes("GIF89")],
    ["text/plain", bytes("RIFF, said the guitar")],
  ])("finds %s", (type, content) => expect(typeOf(content)).toBe(type));

  it.each([
    ["a zip archive", bytes("PK", [3, 4, 20, 0, 0, 0])],
    ["an executable", bytes([0x7f], "ELF", [2, 1, 1, 0])],
    ["a PDF with its binary comment", bytes("%PDF-1.7\n%", [0xe2, 0xe3, 0xcf, 0xd3], "\n")],
    ["a PNG's beginning without the rest of its signature", bytes([0x89], "PNG, or so it says")],
    ["text in Latin-1", bytes("Gr", [0xfc, 0xdf], "e")],
    ["text in UTF-16", bytes([0xff, 0xfe, 65, 0, 66, 0])],
    ["UTF-8 with a NUL", bytes("a\0b")],
    ["UTF-8 cut in the middle of a letter", bytes("世界").subarray(0, 4)],
    ["an encoded surrogate", bytes([0xed, 0xa0, 0x80])],
  ])("takes %s for nothing", (_what, content) => expect(typeOf(content)).toBeUndefined());
});

describe("cleanFileName", () => {
  it.each([
    ["notes.txt", "notes.txt"],
    ["../../etc/passwd", "passwd"],
    ["C:\\Users\\ada\\cat.png", "cat.png"],
    ["invoice\u202efdp.exe", "invoicefdp.exe"],
    ["a\u200bb\u2066c\u2069.txt", "abc.txt"],
    ['"><img src=x>.txt', "img src=x.txt"],
    ["two\r\nlines: set-cookie.txt", "twolines: set-cookie.txt"],
    ["  many   spaces .txt ", "many spaces .txt"],
    ["e\u0301.txt", "é.txt"],
    ["half \ud800 pair", "half \ufffd pair"],
    ["nul\0.txt", "nul.txt"],
    ["dir/", "file"],
    ["", "file"],
  ])("makes %j %j", (given, name) => expect(cleanFileName(given)).toBe(name));

  it("shortens a long name and keeps its ending", () => {
    const name = cleanFileName(`${"🎉".repeat(300)}.tar.gz`);
    expect(Array.from(name)).toHaveLength(120);
    expect(name.endsWith("….gz")).toBe(true);
  });
});

describe("headersOf", () => {
  const file = { id: "f", name: "cat.png", media_type: "image/png", size: 5, store: "postgres" } as const;

  it("serves a text as nothing but text, in a sandbox", () => {
    for (const media_type of ["text/plain", "text/html", "image/svg+xml", "application/xhtml+xml"])
      expect(headersOf({ ...file, media_type })).toMatchObject({
        "content-type": "text/plain; charset=utf-8",
        "content-security-policy": expect.stringMatching(/default-src 'none'.*sandbox/),
        "x-content-type-options": "nosniff",
      });
  });

  it("writes a name that ends no header and no quote", () => {
    const disposition = (name: string) => headersOf({ ...file, name })["content-disposition"];
    expect(disposition('a"b\\c.png')).toBe(`inline; filename="a_b_c.png"; filename*=UTF-8''a%22b%5Cc.png`);
    expect(disposition("Grüße (1)*'.png")).toBe(
      `inline; filename="Gr__e (1)*'.png"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%281%29%2a%27.png`,
    );
    for (const name of ["x\r\ny", "\ud800", "世界"])
      expect(() => new Headers(headersOf({ ...file, name }))).not.toThrow();
  });
});
