/**
 * The engine's command line. It holds little for long and touches much for a moment: a small young generation, collected
 * often, halves what the process keeps under a hundred live streams and costs no measurable time (`npm run bench:engine`).
 */
export const engineArguments = ["--max-semi-space-size=2", "--max-old-space-size=192", "engine/index.ts"];
