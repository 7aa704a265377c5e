import type { SkeinMessage } from "../tools/message.ts";
import type { Branch, ChatPageData } from "./types.ts";

export type Branches = ChatPageData["branches"];

/** One of several ways to go on from a message. `at` is -1 when the path ends above all of them. */
export interface Choice {
  parentId: string | null;
  branches: Branch[];
  at: number;
}

/** Where the branches below a message are listed; what stands above the roots has the empty key. */
export const keyOf = (parentId: string | null) => parentId ?? "";

/**
 * Where the message shown below `parentId` stands among its siblings; null when there is nothing to choose. A message
 * that the list does not have yet is the answer being written, or one of the person's own on its way: it comes last.
 */
export function choiceOf(branches: Branches, parentId: string | null, shownId: string | null): Choice | null {
  const known = branches[keyOf(parentId)] ?? [];
  let at = known.findIndex((branch) => branch.id === shownId);
  if (at === -1) at = known.findIndex((branch) => branch.id === null);
  if (at >= 0) return known.length > 1 ? { parentId, branches: known, at } : null;
  if (known.length === 0) return null;
  return { parentId, branches: [...known, { id: shownId, mark: null }], at: known.length };
}

/** What the path could go on with, although it ends here: an undo left it, or an answer that failed has none. */
export function leftBelow(branches: Branches, parentId: string | null): Choice | null {
  const known = (branches[keyOf(parentId)] ?? []).filter((branch) => branch.id !== null);
  return known.length > 0 ? { parentId, branches: known, at: -1 } : null;
}

/**
 * The branches this page has seen, so that going back to one shows it at once. The database has the last word on each of
 * them: what is not right here is right as soon as the response is there.
 */
export class SeenTree {
  readonly #nodes = new Map<string, { message: SkeinMessage; parentId: string | null }>();
  readonly #stored = new Set<string>();
  readonly #branches = new Map<string, Branch[]>();
  /** The child through which a message was last seen. */
  readonly #visited = new Map<string, string>();
  /** The child that was shown below a message before the path ended there. */
  readonly #left = new Map<string, string>();
  /** The answer that was being written below a question. */
  readonly #partials = new Map<string, string>();

  /** What the database says of one path. */
  store({ messages, branches }: Pick<ChatPageData, "messages" | "branches">) {
    for (const { id } of messages) this.#stored.add(id);
    this.visit(messages);
    let parentId: string | null = null;
    for (const { id } of messages) {
      this.#branches.set(keyOf(parentId), branches[keyOf(parentId)] ?? [{ id, mark: null }]);
      parentId = id;
    }
    this.#branches.set(keyOf(parentId), branches[keyOf(parentId)] ?? []);
  }

  /** What is shown of it, an answer that is being written included. */
  visit(messages: SkeinMessage[]) {
    let parentId: string | null = null;
    for (const message of messages) {
      this.#nodes.set(message.id, { message, parentId });
      this.#visited.set(keyOf(parentId), message.id);
      if (!this.#stored.has(message.id)) this.#partials.set(keyOf(parentId), message.id);
      parentId = message.id;
    }
    const end = keyOf(parentId);
    const left = this.#visited.get(end);
    if (left !== undefined) this.#left.set(end, left);
    this.#visited.delete(end);
  }

  /** What was last shown below the message that the path ends with. */
  leftBelow(parentId: string | null): string | undefined {
    return this.#left.get(keyOf(parentId));
  }

  /** A branch that the database is about to have. */
  expect(parentId: string | null, branch: Branch) {
    const known = this.#branches.get(keyOf(parentId)) ?? [];
    if (known.some(({ id }) => id === branch.id)) return;
    this.#branches.set(keyOf(parentId), [...known, branch]);
  }

  isStored(id: string): boolean {
    return this.#stored.has(id);
  }

  /** From the root to a message; undefined when this page has not seen it. */
  path(toId: string | null): SkeinMessage[] | undefined {
    const path: SkeinMessage[] = [];
    for (let id = toId; id !== null;) {
      const node = this.#nodes.get(id);
      if (!node) return undefined;
      path.push(node.message);
      id = node.parentId;
    }
    return path.reverse();
  }

  /**
   * The path through a branch to where it was left, as far as this page has seen it; at least as far as the message it
   * begins under. `id: null` is the answer that is being written.
   */
  through(parentId: string | null, id: string | null): SkeinMessage[] | undefined {
    const path = this.path(parentId);
    if (!path) return undefined;
    let next = this.#nodes.get(id ?? this.#partialBelow(parentId) ?? "");
    while (next) {
      path.push(next.message);
      next = this.#nodes.get(this.#visited.get(next.message.id) ?? "");
    }
    return path;
  }

  /** The choices along a path and below its end. */
  along(path: SkeinMessage[]): Branches {
    const branches: Branches = {};
    for (const id of ["", ...path.map((message) => message.id)]) {
      const known = this.#branches.get(id);
      if (known && known.length > 0) branches[id] = known;
    }
    return branches;
  }

  #partialBelow(parentId: string | null): string | undefined {
    const partial = this.#partials.get(keyOf(parentId)) ?? "";
    return this.#stored.has(partial) ? undefined : partial;
  }
}
