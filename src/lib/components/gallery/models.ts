import type { ModelChoice } from "$lib/components/composer/model-choice.ts";

export const MODELS: ModelChoice[] = [
  {
    ...{ id: "demo:skein", label: "Demo", contextWindow: 8000 },
    ...{ accepts: { images: true }, tools: true, reasoning: true },
  },
  {
    ...{ id: "other:one", label: "A model with a name that is longer than its place", contextWindow: 1_048_576 },
    ...{ accepts: { images: false }, tools: false, reasoning: false },
  },
];
