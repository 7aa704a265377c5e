/** What all the models below can do. Of one that is not listed, nobody knows whether it reasons. */
export const HOSTED_ABILITIES = { accepts: { images: true }, tools: true, reasoning: true };

/**
 * The models of the hosted providers, each with its name and its context window in tokens; `smallest` is taken for one
 * that is not listed here. Windows as of 2026-11-22, from platform.claude.com/docs, developers.openai.com/api/docs/models
 * and ai.google.dev/gemini-api/docs/models; of OpenAI's 1,050,000 tokens 128,000 are set aside for the answer.
 */
export const HOSTED = [
  {
    provider: "anthropic",
    label: "Anthropic",
    key: "anthropicApiKey",
    smallest: 200_000,
    models: {
      "claude-sonnet-5-5": ["Claude Sonnet 5.5", 1_000_000],
      "claude-opus-5-5": ["Claude Opus 5.5", 1_000_000],
      "claude-haiku-4-5": ["Claude Haiku 4.5", 200_000],
    },
  },
  {
    provider: "openai",
    label: "OpenAI",
    key: "openaiApiKey",
    smallest: 128_000,
    models: { "gpt-6.1-sol": ["GPT-6.1 Sol", 922_000], "gpt-6.1-terra": ["GPT-6.1 Terra", 922_000] },
  },
  {
    provider: "google",
    label: "Google",
    key: "googleApiKey",
    smallest: 128_000,
    models: {
      "gemini-4-argon": ["Gemini 4 Argon", 1_048_576],
      "gemini-3.8-flash": ["Gemini 3.8 Flash", 1_048_576],
    },
  },
] as const;
