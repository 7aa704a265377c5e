/** Trigger.dev's machine presets: vCPU, and GB of memory, which becomes the heap limit of the run's process. */
const PRESETS = {
  micro: { cpu: 0.25, memory: 0.25 },
  "small-1x": { cpu: 0.5, memory: 0.5 },
  "small-2x": { cpu: 1, memory: 1 },
  "medium-1x": { cpu: 1, memory: 2 },
  "medium-2x": { cpu: 2, memory: 4 },
  "large-1x": { cpu: 4, memory: 8 },
  "large-2x": { cpu: 8, memory: 16 },
};

export type MachineName = keyof typeof PRESETS;
export type Machine = { name: MachineName; cpu: number; memory: number; centsPerMs: 0 };

/** A chat with a long history needs more than the half gigabyte of Trigger.dev's own default. */
const STANDARD: MachineName = "small-2x";

/** The preset that a run or its task names, `MachinePreset` of @trigger.dev/core; the standard one for no or an unknown name. */
export function machine(name: string | null | undefined): Machine {
  const known = name && Object.hasOwn(PRESETS, name) ? (name as MachineName) : STANDARD;
  return { name: known, ...PRESETS[known], centsPerMs: 0 };
}
