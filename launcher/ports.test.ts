import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { choosePort, probe, type Probe } from "./ports.ts";

const taken =
  (...ports: number[]): Probe =>
  (_host, port) =>
    Promise.resolve(ports.includes(port) ? "EADDRINUSE" : undefined);

const engine = { variable: "ENGINE_PORT", host: "127.0.0.1", given: undefined, preferred: 8730, mayMove: true };

describe("choosePort", () => {
  it("takes the preferred port when it is free", async () => {
    expect(await choosePort(engine, [], taken())).toBe(8730);
  });

  it("moves past ports that are taken or promised to another child", async () => {
    expect(await choosePort(engine, [8731], taken(8730, 8732))).toBe(8733);
  });

  it("refuses a port that was asked for and is taken, naming the variable", async () => {
    await expect(choosePort({ ...engine, given: 9000 }, [], taken(9000))).rejects.toThrow(
      "Port 9000 is taken on 127.0.0.1: set ENGINE_PORT to a free one.",
    );
  });

  it("never moves the port people type into their browser", async () => {
    const web = { variable: "PORT", host: "127.0.0.1", given: undefined, preferred: 5173, mayMove: false };
    await expect(choosePort(web, [], taken(5173))).rejects.toThrow(/set PORT/);
  });

  it.each([
    ["EACCES", /PORT to one above 1023/],
    ["EADDRNOTAVAIL", /set HOST/],
    ["EWHATEVER", /EWHATEVER/],
  ])("explains %s in one sentence", async (code, expected) => {
    const web = { variable: "PORT", host: "10.9.8.7", given: 80, preferred: 3000, mayMove: false };
    await expect(choosePort(web, [], () => Promise.resolve(code))).rejects.toThrow(expected);
  });

  it("sees a port that is really taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    expect(await probe("127.0.0.1", port)).toBe("EADDRINUSE");
    await new Promise((resolve) => server.close(resolve));
    expect(await probe("127.0.0.1", port)).toBeUndefined();
  });
});
