/** The default transcript of a session whose agent brings no storage: bytes the SDK wrote, read by nobody else. */
export interface Snapshots {
  /** Replaces what was there. */
  write(sessionId: string, body: Buffer): Promise<void>;

  read(sessionId: string): Promise<Buffer | undefined>;
}
