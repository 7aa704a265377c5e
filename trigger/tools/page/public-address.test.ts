import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { addressesOf, isPublic, parseAddress, publicReach } from "./public-address.ts";

describe("an address", () => {
  it.each([
    ...["0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.0.9", "169.254.169.254", "172.16.0.1"],
    ...["192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"],
    ...["224.0.0.1", "240.0.0.1", "255.255.255.255"],
    ...["::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1"],
    ...["64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1"],
    ...["fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1"],
    ...["", "localhost", "1", "127.1", "0x7f.0.0.1"],
  ])("%s is not public", (address) => expect(isPublic(address)).toBe(false));

  it.each(["1.1.1.1", "93.184.215.14", "172.15.0.1", "100.63.0.1", "::ffff:1.1.1.1", "2606:4700:4700::1111"])(
    "%s is public",
    (address) => expect(isPublic(address)).toBe(true),
  );

  it("is not public when it is this machine's own", () => {
    const own = Object.values(networkInterfaces()).flatMap((its) => (its ?? []).map(({ address }) => address));
    expect(own.length).toBeGreaterThan(0);
    for (const address of own) expect(isPublic(address)).toBe(false);
  });
});

describe("a written address", () => {
  it.each([
    ["ftp://example.org/", /Only http/],
    ["file:///etc/passwd", /Only http/],
    ["javascript:alert(1)", /Only http/],
    ["data:text/html,hello", /Only http/],
    ["example.org", /not a web address/],
    ["http://", /not a web address/],
    ["http://0x7g.1/", /not a web address/],
    ["http://user:secret@example.org/", /user name or a password/],
    ["http://example.org@127.0.0.1/", /user name or a password/],
    ["http://example.org:22/", /Port 22/],
    ["https://example.org:25/", /Port 25/],
  ])("%s is refused in a sentence", (written, sentence) => expect(() => parseAddress(written)).toThrow(sentence));

  it.each([
    "https://example.org",
    "http://example.org:80/",
    "https://example.org:8443/a?b#c",
    "http://example.org:443",
  ])("%s is taken", (written) => expect(parseAddress(written).hostname).toBe("example.org"));
});

describe("a host", () => {
  it.each([
    ...["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "127.0.0.1.", "１２７.0.0.1"],
    ...["[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[fe80::1]", "169.254.169.254", "0", "10.1.2.3"],
    ...["localhost", "LOCALHOST"],
  ])("%s is refused, however it is written", async (host) => {
    await expect(addressesOf(parseAddress(`http://${host}/`), publicReach)).rejects.toThrow(
      /not on the public internet/,
    );
  });

  it("is refused when any of its addresses is not public", async () => {
    const resolve = () =>
      Promise.resolve([
        { address: "93.184.215.14", family: 4 },
        { address: "::1", family: 6 },
      ]);
    const asked = addressesOf(new URL("http://example.org"), { ...publicReach, resolve });
    await expect(asked).rejects.toThrow("example.org is not on the public internet");
  });

  it("that nobody knows is said to be unknown", async () => {
    for (const resolve of [() => Promise.reject(new Error("ENOTFOUND")), () => Promise.resolve([])])
      await expect(addressesOf(new URL("http://nowhere.example"), { ...publicReach, resolve })).rejects.toThrow(
        "There is no site called nowhere.example.",
      );
  });
});
