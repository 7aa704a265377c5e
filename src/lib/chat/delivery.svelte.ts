import { SvelteMap } from "svelte/reactivity";
import type { Delivery, Outbox } from "./outbox.ts";

/** How far each message of the outbox has come, for components to read. */
export class Deliveries {
  readonly #deliveries = new SvelteMap<string, Delivery>();

  constructor(outbox: Outbox) {
    outbox.onchange((id, item) => {
      if (item) this.#deliveries.set(id, item.delivery);
      else this.#deliveries.delete(id);
    });
  }

  /** Null: the database has it, so its turn has begun. */
  of(messageId: string): Delivery | null {
    return this.#deliveries.get(messageId) ?? null;
  }
}
