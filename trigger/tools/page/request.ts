import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import { ToolError } from "../tool-error.ts";
import { addressesOf, type Reach } from "./public-address.ts";

const HEADERS = {
  accept: "text/html, application/xhtml+xml, text/markdown, text/plain, application/json;q=0.9, application/xml;q=0.9",
  "accept-encoding": "gzip, deflate, br",
  "accept-language": "en, *;q=0.5",
  "user-agent": "Skein/1 (a person's assistant)",
};

/** One GET request, over a connection of its own to an address that was looked at. Its body has not been read. */
export async function request(url: URL, reach: Reach, signal: AbortSignal): Promise<IncomingMessage> {
  const addresses = await addressesOf(url, reach);
  signal.throwIfAborted();
  // Node asks this instead of the resolver, and asks nobody about an address that is none but itself.
  const lookup: LookupFunction = (_hostname, options, found) => {
    const [{ address, family } = { address: "", family: 4 }] = addresses;
    if (options.all) found(null, addresses);
    else found(null, address, family);
  };
  const { get, Agent } = url.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    // No shared agent: none of its connections, and no proxy that would resolve the name by itself.
    get(url, { lookup, signal, headers: HEADERS, agent: new Agent({ keepAlive: false }) })
      .on("response", resolve)
      .on("error", (cause) => reject(signal.aborted ? cause : new ToolError(unreachable(url, cause), { cause })));
  });
}

function unreachable({ hostname }: URL, cause: Error): string {
  const code = "code" in cause ? String(cause.code) : "";
  if (/CERT|TLS|SSL|EPROTO|SELF_SIGNED|UNABLE_TO/.test(code)) return `${hostname} has no valid certificate.`;
  return `${hostname} could not be reached${code === "" ? "" : ` (${code})`}.`;
}
