import type { MockOpenAI } from "./mock-openai.ts";

/** The app's settings that make `model` its model. A provider that hangs is given up after `timeoutMs`. */
export function modelEnvironment(model: MockOpenAI, timeoutMs = 3000): Record<string, string> {
  return {
    OPENAI_COMPATIBLE_BASE_URL: model.url,
    OPENAI_COMPATIBLE_MODELS: "numbered,other",
    OPENAI_COMPATIBLE_VISION_MODELS: "numbered",
    DEFAULT_MODEL: "compatible:numbered",
    MODEL_TIMEOUT_MS: `${timeoutMs}`,
  };
}
