import fc from "fast-check";
import { expect, it } from "vitest";
import { GroupCommit } from "./group-commit.ts";

interface Piece {
  stream: string;
  n: number;
}

/** Commits that end when told to. */
function held() {
  const open: { group: Piece[]; end(): void; fail(): void }[] = [];
  const commit = (group: Piece[]) =>
    new Promise<number[]>((resolve, reject) =>
      open.push({
        group,
        end: () => resolve(group.map(({ n }) => n)),
        fail: () => reject(new Error("no")),
      }),
    );
  return { open, commit };
}

const piece = (stream: string, n: number): Piece => ({ stream, n });
const turn = () => new Promise((resolve) => setImmediate(resolve));

it("commits a single piece at once, and what came meanwhile together", async () => {
  const { open, commit } = held();
  const queue = new GroupCommit({ commit, lanes: 1, most: 10 });
  const results = [queue.add(piece("a", 1)), queue.add(piece("b", 2)), queue.add(piece("a", 3))];
  expect(open.map(({ group }) => group.length)).toEqual([1]);
  open[0]?.end();
  await results[0];
  await turn();
  expect(open[1]?.group).toEqual([piece("b", 2), piece("a", 3)]);
  open[1]?.end();
  expect(await Promise.all(results)).toEqual([1, 2, 3]);
});

it("writes to other logs meanwhile, never to the same one", () => {
  const { open, commit } = held();
  const queue = new GroupCommit({ commit, lanes: 2, most: 10 });
  for (const work of [piece("a", 1), piece("a", 2), piece("b", 3)]) void queue.add(work);
  expect(open.map(({ group }) => group)).toEqual([[piece("a", 1)], [piece("b", 3)]]);
});

it("refuses the piece that cannot be stored, and no other", async () => {
  const committed: number[] = [];
  const commit = async (group: Piece[]) => {
    await turn();
    if (group.some(({ n }) => n === 2)) throw new Error("cannot be stored");
    committed.push(...group.map(({ n }) => n));
    return group.map(({ n }) => n);
  };
  const queue = new GroupCommit({ commit, lanes: 1, most: 10 });
  const results = await Promise.allSettled([0, 1, 2, 3].map((n) => queue.add(piece("a", n))));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  expect(committed).toEqual([0, 1, 3]);
});

it("keeps each log's order and loses nothing, whatever comes when", async () => {
  const works = fc.array(fc.record({ stream: fc.constantFrom("a", "b", "c"), pause: fc.boolean() }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      works,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 5 }),
      async (all, lanes, most) => {
        const log: Piece[] = [];
        let underWay = 0;
        const commit = async (group: Piece[]) => {
          expect(++underWay).toBeLessThanOrEqual(lanes);
          expect(group.length).toBeLessThanOrEqual(most);
          await turn();
          log.push(...group);
          underWay -= 1;
          return group.map(({ n }) => n);
        };
        const queue = new GroupCommit({ commit, lanes, most });
        const results: Promise<number>[] = [];
        for (const [n, { stream, pause }] of all.entries()) {
          results.push(queue.add(piece(stream, n)));
          if (pause) await turn();
        }
        expect(await Promise.all(results)).toEqual(all.map((_, n) => n));
        expect(log).toHaveLength(all.length);
        for (const stream of ["a", "b", "c"]) {
          const order = log.filter((work) => work.stream === stream).map(({ n }) => n);
          expect(order).toEqual(order.toSorted((x, y) => x - y));
        }
      },
    ),
    { numRuns: 50 },
  );
});
