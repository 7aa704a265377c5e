import { describe, expect, it } from "vitest";
import { throughOutages } from "./through-outages.ts";

const refused = () => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const failing = (times: number, error: () => Error) => {
  let calls = 0;
  return {
    calls: () => calls,
    work: () => (++calls > times ? Promise.resolve("done") : Promise.reject(error())),
  };
};

describe("throughOutages", () => {
  it.each([
    ["nobody listens", refused],
    ["a connection breaks", () => new Error("Connection terminated unexpectedly")],
    [
      "it broke in the middle of a transaction",
      () => new Error("Client has encountered a connection error and is not queryable"),
    ],
    [
      "Postgres is starting up",
      () => Object.assign(new Error("the database system is starting up"), { code: "57P03" }),
    ],
  ])("does it again when %s", async (_when, error) => {
    const { work, calls } = failing(2, error);
    expect(await throughOutages(work)).toBe("done");
    expect(calls()).toBe(3);
  });

  it("throws what is no outage at once", async () => {
    const { work, calls } = failing(1, () => new Error("duplicate key"));
    await expect(throughOutages(work)).rejects.toThrow("duplicate key");
    expect(calls()).toBe(1);
  });

  it("gives up an outage that lasts", async () => {
    const { work } = failing(Infinity, refused);
    await expect(throughOutages(work, 100)).rejects.toThrow("ECONNREFUSED");
  });
});
