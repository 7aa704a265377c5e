import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readAll, type FileStorage } from "./storage.ts";

/** What every store of files has to do. */
export function describeFileStorage(name: string, storage: () => FileStorage) {
  const read = async (id: string) => {
    const stream = await storage().get(id);
    return stream && Buffer.from(await readAll(stream));
  };
  const bytesOf = (size: number) => new Uint8Array(randomBytes(size));

  describe(name, () => {
    it.each([1, 512 * 1024, 512 * 1024 + 1, 3_000_000])(
      "gives back exactly the %i bytes it was given",
      async (size) => {
        const id = randomUUID();
        const bytes = bytesOf(size);
        await storage().put(id, bytes);
        expect((await read(id))?.equals(bytes)).toBe(true);
      },
    );

    it("keeps a file of no bytes as one that is there", async () => {
      const id = randomUUID();
      await storage().put(id, new Uint8Array());
      expect((await read(id))?.length).toBe(0);
    });

    it("replaces what was there under the same id, and touches nothing else", async () => {
      const [id, other] = [randomUUID(), randomUUID()];
      await storage().put(other, bytesOf(5));
      await storage().put(id, bytesOf(1000));
      await storage().put(id, new Uint8Array([1, 2, 3]));
      expect(await read(id)).toEqual(Buffer.from([1, 2, 3]));
      expect((await read(other))?.length).toBe(5);
    });

    it("takes a view into a larger buffer for what it shows", async () => {
      const id = randomUUID();
      await storage().put(id, new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 3));
      expect(await read(id)).toEqual(Buffer.from([1, 2]));
    });

    it("has nothing under an id that is unknown or deleted, and deletes it again without complaint", async () => {
      const id = randomUUID();
      expect(await read(id)).toBeUndefined();
      await storage().put(id, bytesOf(10));
      await storage().delete(id);
      await storage().delete(id);
      expect(await read(id)).toBeUndefined();
    });

    it("lets a reader leave in the middle", async () => {
      const id = randomUUID();
      await storage().put(id, bytesOf(2_000_000));
      const reader = (await storage().get(id))?.getReader();
      expect((await reader?.read())?.done).toBe(false);
      await reader?.cancel();
      expect((await read(id))?.length).toBe(2_000_000);
    });
  });
}
