import type { TranscriptChange, TranscriptChangeset } from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";
import fc from "fast-check";
import { expect, it } from "vitest";
import { plan, type Plan, type PlanInput, type Tree, type TreeRow, type Work } from "./tree.ts";
import { walk } from "./walk.ts";

const message = (id: string): UIMessage => ({
  id,
  role: id.startsWith("a") ? "assistant" : "user",
  parts: [{ type: "text", text: id }],
});

/** What the agent does to a tree, as the changesets of its turns; `at` picks a message, `elsewhere` moves the head. */
type Step = { kind: "send" | "edit" | "regenerate"; at: number; elsewhere: number | null; crashes: boolean };

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("send", "edit", "regenerate"),
  at: fc.nat(50),
  elsewhere: fc.option(fc.nat(50)),
  crashes: fc.boolean(),
});

class Chat {
  tree: Tree = { headId: null, answering: null, rows: new Map() };
  plans: Plan[] = [];
  #made = 0;

  fresh = (role: "u" | "a") => `${role}${++this.#made}`;
  get ids() {
    return [...this.tree.rows.keys()];
  }
  path = (id: string | null) => walk(this.tree.rows, id);

  save(reason: TranscriptChangeset["reason"], ids: string[], trigger: PlanInput["trigger"], work: Work | null) {
    const changes: TranscriptChange[] = ids.slice(-2).map((id) => ({ op: "put", message: message(id) }));
    const entries = ids.map((id) => ({ id, final: true, message: message(id) }));
    const input: PlanInput = { reason, changes, entries, trigger, work };
    const planned = plan(this.tree, input);
    const before = this.tree;
    const rows = new Map<string, TreeRow>(before.rows);
    for (const { id, parentId, final } of planned.inserts)
      rows.set(id, { id, parentId, hidden: false, isOpen: !final, isUnfinished: !final });
    for (const { id, parentId, hidden, final, put } of planned.updates) {
      const row = rows.get(id);
      if (!row) throw new Error(`${id} is not there to be changed.`);
      const isOpen = !(final ?? put?.final ?? !row.isOpen);
      rows.set(id, { ...row, parentId: parentId ?? row.parentId, hidden: hidden ?? row.hidden, isOpen });
    }
    const isOver = reason === "turn-complete" || reason === "turn-error";
    this.tree = { headId: planned.headId, answering: isOver ? null : (work ?? before.answering), rows };
    this.plans.push(planned);

    // Nothing is lost or moved, and what is planned again changes nothing.
    for (const [id, row] of before.rows) expect(rows.get(id)?.parentId).toBe(row.parentId);
    expect([...rows.values()].some((row) => row.hidden)).toBe(false);
    const again = plan(this.tree, input);
    expect(again.inserts).toEqual([]);
    expect(again.headId).toBe(this.tree.headId);
    expect(walk(rows, ids.at(-1) ?? null)).toEqual(ids);
    return planned;
  }
}

it("keeps every place, follows the viewer and remembers where it left, in any order of turns", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const chat = new Chat();
      for (const { kind, at, elsewhere, crashes } of steps) {
        const target = chat.ids[at % Math.max(1, chat.ids.length)];
        const head = chat.tree.headId;
        let question: string[];
        let attempt: string | null = null;
        if (kind === "send" || target === undefined) question = [...chat.path(head), chat.fresh("u")];
        else {
          const path = chat.path(target);
          while (path.length > 0 && !path.at(-1)?.startsWith("u")) path.pop();
          if (kind === "edit") question = [...path.slice(0, -1), chat.fresh("u")];
          else question = path;
          if (kind === "regenerate") attempt = `attempt-${chat.plans.length}`;
        }
        const work = { messageId: question.at(-1) ?? "", attempt };
        const isAction = kind !== "send" && target !== undefined;
        const begin = () =>
          isAction
            ? chat.save("action", question, "action", work)
            : chat.save("turn-start", question, "submit-message", work);
        const begun = begin();
        expect(chat.tree.headId).toBe(question.at(-1));
        // What the head left leads back to where it was.
        const kept = new Set(chat.path(chat.tree.headId));
        if (head !== null && !kept.has(head)) {
          expect(begun.visited?.leafId).toBe(head);
          expect(chat.path(head)).toContain(begun.visited?.id);
          expect(kept).not.toContain(begun.visited?.id);
        } else expect(begun.visited).toBeNull();

        const seen = elsewhere === null ? undefined : chat.ids[elsewhere % chat.ids.length];
        if (seen !== undefined) chat.tree = { ...chat.tree, headId: seen };
        const looksAt = chat.tree.headId;
        if (crashes) {
          // The run that takes over begins the same turn again, and takes nobody anywhere.
          begin();
          expect(chat.tree.headId).toBe(looksAt);
        }
        const answer = chat.fresh("a");
        const ended = chat.save(
          "turn-complete",
          [...question, answer],
          isAction ? "action-turn" : "submit-message",
          null,
        );
        const waited = looksAt === question.at(-1);
        expect(chat.tree.headId).toBe(waited ? answer : looksAt);
        expect(ended.unreadId).toBe(waited ? null : answer);
      }
    }),
  );
});
