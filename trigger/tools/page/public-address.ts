import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";
import { ToolError } from "../tool-error.ts";

export interface Address {
  address: string;
  family: number;
}

/** What a test says otherwise; the app never does. */
export interface Reach {
  /** Every address of a name. */
  resolve: (hostname: string) => Promise<Address[]>;
  isAllowed: (address: string) => boolean;
}

export const publicReach: Reach = {
  resolve: (hostname) => lookup(hostname, { all: true, verbatim: true }),
  isAllowed: isPublic,
};

/**
 * Whether an address is one of the public internet and not this machine's own. Which ranges are not, and which addresses
 * hide another inside of them, is ipaddr.js's to know.
 */
export function isPublic(address: string): boolean {
  if (isIP(address) === 0) return false;
  return ipaddr.process(address).range() === "unicast" && !isOwn(address);
}

/** A service that listens on all of a server's addresses is often shielded only from the outside. */
function isOwn(address: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((its) => its ?? []);
  return own.some(
    (its) => ipaddr.parse(its.address).toNormalizedString() === ipaddr.process(address).toNormalizedString(),
  );
}

/** Below 1024 live the mail servers and shells of this world, and none of its pages but at these two. */
const PAGE_PORTS = ["", "80", "443"];

/** An address of a page that may be looked up. Throws a sentence about any other. */
export function parseAddress(written: string, base?: string): URL {
  if (!URL.canParse(written, base)) throw new ToolError(`“${written.slice(0, 200)}” is not a web address.`);
  const url = new URL(written, base);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new ToolError("Only http:// and https:// addresses can be fetched.");
  if (url.username !== "" || url.password !== "")
    throw new ToolError("An address with a user name or a password in it cannot be fetched.");
  if (!PAGE_PORTS.includes(url.port) && Number(url.port) < 1024)
    throw new ToolError(`Port ${url.port} is not one of web pages.`);
  return url;
}

/**
 * Every address of a URL's host, all of them allowed. Whoever connects must connect to one of these: a name that is asked for
 * twice may answer differently the second time. Throws a sentence when there is none or one is not allowed.
 */
export async function addressesOf({ hostname }: URL, { resolve, isAllowed }: Reach): Promise<Address[]> {
  const literal = hostname.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(literal);
  const addresses = family !== 0 ? [{ address: literal, family }] : await resolve(hostname).catch(() => []);
  if (addresses.length === 0) throw new ToolError(`There is no site called ${hostname}.`);
  if (!addresses.every(({ address }) => isAllowed(address)))
    throw new ToolError(`${hostname} is not on the public internet, and only public pages can be fetched.`);
  return addresses;
}
