import { readFileSync } from "node:fs";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** The engine's own, and the one of the client whose protocol it speaks. */
export const ENGINE_VERSION = version;
export const PROTOCOL_VERSION = "4.8.3";
