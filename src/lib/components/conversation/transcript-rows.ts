import type { SkeinMessage } from "$lib/tools/message.ts";

export interface Row {
  message: SkeinMessage;
  /** Where in the path it stands, from 0. */
  place: number;
  isLast: boolean;
  /** The summary that speaks for everything up to here. */
  compaction: NonNullable<SkeinMessage["metadata"]>["compaction"];
}

/** So many places in a row make a block. */
const BLOCK = 16;

/**
 * What a transcript shows of a path, message by message, in blocks. A row that says the same is the same object, and so is
 * a block of such rows: of a long chat nothing is looked at again but the answer that grows.
 */
export class TranscriptRows {
  #before: Row[] = [];
  #blocks: Row[][] = [];

  /** `hidden`: messages that are shown inside of others. */
  of(messages: SkeinMessage[], hidden: Set<string>): Row[][] {
    // An earlier one may still be known from another branch; the last one says all that it says.
    const summarised = messages.findLastIndex((message) => message.metadata?.compaction);
    const rows: Row[] = [];
    const blocks: Row[][] = [];
    for (let place = 0; place < messages.length; place++) {
      const message = messages[place];
      if (!message || hidden.has(message.id)) continue;
      const isLast = place === messages.length - 1;
      const compaction = place === summarised ? message.metadata?.compaction : undefined;
      const known = this.#before[rows.length];
      // Asked before anything is made: it is so a thousand times a word.
      const isKnown =
        known?.message === message &&
        known.place === place &&
        known.isLast === isLast &&
        known.compaction === compaction;
      const row = isKnown ? known : { message, place, isLast, compaction };
      rows.push(row);
      (blocks[Math.floor(place / BLOCK)] ??= []).push(row);
    }
    this.#before = rows;
    // A block of hidden messages alone is none.
    const filled = blocks.filter(Boolean);
    this.#blocks = filled.map((block, at) => this.#known(at, block) ?? block);
    return this.#blocks;
  }

  #known(at: number, block: Row[]): Row[] | undefined {
    const known = this.#blocks[at];
    return known?.length === block.length && block.every((row, n) => row === known[n]) ? known : undefined;
  }
}

/** As long as nobody has seen it, the height of a message is a guess; it need not be good, only not absurd. In rem. */
export function guessedHeight(text: string): number {
  let lines = 1;
  for (const line of text.split("\n")) lines += Math.max(1, line.length / 75);
  return lines * 1.6;
}
