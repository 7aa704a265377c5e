/** Something a person can put right: its message is the one sentence they read before the launcher exits with 1. */
export class LaunchProblem extends Error {
  override name = "LaunchProblem";
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
