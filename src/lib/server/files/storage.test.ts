import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestDb } from "../../../../tests/support/test-db.ts";
import { startS3Server, type S3Server } from "../../../../tests/support/s3-server.ts";
import { describeFileStorage } from "./conformance.ts";
import { createS3Storage } from "./s3.ts";
import { createFileStores } from "./storage.ts";

const { db } = await openTestDb();
let s3: S3Server;

beforeAll(async () => {
  s3 = await startS3Server();
});
afterAll(async () => {
  await s3.close();
});

describeFileStorage("Postgres", () => createFileStores(db, { s3: undefined }).of("postgres"));
describeFileStorage("S3", () => createFileStores(db, { s3 }).of("s3"));

describe("the stores of a configuration", () => {
  it("puts new files into the bucket when there is one, and still reaches the old ones", () => {
    const stores = createFileStores(db, { s3 });
    expect(stores.current).toBe("s3");
    expect(stores.of("postgres")).toBeDefined();
  });

  it("says so when a file is in a bucket that is not configured any more", () => {
    const stores = createFileStores(db, { s3: undefined });
    expect(stores.current).toBe("postgres");
    expect(() => stores.of("s3")).toThrow("A file is in an S3 bucket");
  });
});

describe("an S3 server", () => {
  const hello = new TextEncoder().encode("hello");

  it("that is busy for a moment is asked again", async () => {
    s3.failures = 2;
    await createS3Storage(s3).put("busy", hello);
    expect(s3.objects.get("busy")?.toString()).toBe("hello");
  });

  it("that refuses is an error, which does not tell the key", async () => {
    const wrong = createS3Storage({ ...s3, secretAccessKey: "not the secret" });
    for (const attempt of [() => wrong.put("refused", hello), () => wrong.get("busy"), () => wrong.delete("busy")])
      await expect(attempt()).rejects.toThrow(/^The S3 server answered (PUT|GET|DELETE) with 403\.$/);
    expect(s3.objects.has("refused")).toBe(false);
    expect(s3.objects.has("busy")).toBe(true);
  });

  it("without the bucket keeps nothing, and says so", async () => {
    await expect(createS3Storage({ ...s3, bucket: "elsewhere" }).put("x", hello)).rejects.toThrow("with 404");
  });
});
