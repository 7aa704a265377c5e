/**
 * The models of the hosted providers, each with its name and its context window in tokens; `smallest` is taken for one
 * that is not listed here. Windows as of 2026-11-22, from platform.claude.com/docs, developers.openai.com/api/docs/models
 * and ai.google.dev/gemini-api/docs/models; of OpenAI's 400,000 tokens 128,000 are set aside for the answer.
 */
export const HOSTED = [
  {
    provider: "anthropic",
    label: "Anthropic",
    key: "anthropicApiKey",
    smallest: 200_000,
    models: {
      "claude-sonnet-4-5": ["Claude Sonnet 4.5", 200_000],
      "claude-haiku-4-5": ["Claude Haiku 4.5", 200_000],
      "claude-opus-4-5": ["Claude Opus 4.5", 200_000],
    },
  },
  {
    provider: "openai",
    label: "OpenAI",
    key: "openaiApiKey",
    smallest: 128_000,
    models: { "gpt-5.1": ["GPT-5.1", 272_000], "gpt-5-mini": ["GPT-5 mini", 272_000] },
  },
  {
    provider: "google",
    label: "Google",
    key: "googleApiKey",
    smallest: 128_000,
    models: {
      "gemini-2.5-pro": ["Gemini 2.5 Pro", 1_048_576],
      "gemini-2.5-flash": ["Gemini 2.5 Flash", 1_048_576],
    },
  },
] as const;
