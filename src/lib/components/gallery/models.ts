import type { ModelChoice } from "$lib/components/composer/model-choice.ts";

export const MODELS: ModelChoice[] = [
  { id: "demo:skein", label: "Demo", accepts: { images: true } },
  { id: "other:one", label: "A model with a name that is longer than its place", accepts: { images: false } },
];
