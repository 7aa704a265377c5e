/** A payload or an output that is too large to travel in a request: the text, and what kind of text it is. */
export type Packet = { type: string; body: Buffer };

export interface Packets {
  /** Keeps a packet. One that is there already stays what it is: a run may have read it. */
  write(id: string, packet: Packet): Promise<void>;

  read(id: string): Promise<Packet | undefined>;

  has(id: string): Promise<boolean>;

  /** Forgets packets written before `limit` that are no kept run's payload or output. At most `rows`; returns how many. */
  removeUnused(limit: Date, rows: number): Promise<number>;
}

/** The type of a run's payload or output that is only the name of the packet which holds it. */
export const STORED = "application/store";
