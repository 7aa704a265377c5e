import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { Config } from "../config.ts";
import { askWithoutTools } from "./ask-without-tools.ts";
import { createDemoModel, DEMO_CONTEXT_WINDOW } from "./demo-model.ts";
import { HOSTED, HOSTED_ABILITIES } from "./hosted.ts";
import type { LanguageModelV4 } from "./language-model.ts";
import { withTimeout } from "./model-timeout.ts";

export { describeModelError, PlainModelError } from "./describe-model-error.ts";
export { askAgainShorter, type Prompt } from "./ask-again-shorter.ts";
export { isWorthRepeating } from "./is-worth-repeating.ts";
export { summarise, SUMMARY_LEAD } from "./summarise.ts";
export { writeTitle } from "./title.ts";
export type { LanguageModelV4 } from "./language-model.ts";

export interface ModelInfo {
  /** `provider:model` */
  id: string;
  label: string;
  provider: string;
  /** What it can be sent beside text. */
  accepts: { images: boolean };
  /** Whether it is known to use tools. All are offered them; one that refuses is asked without. */
  tools: boolean;
  /** Whether it is known to think before it answers. */
  reasoning: boolean;
  /** How many tokens a conversation may have, its next answer included. */
  contextWindow: number;
}

export interface ModelRegistry {
  list(): ModelInfo[];
  defaultId: string;
  /** The model of this id; the default one if there is none, because a chat outlives the keys it began with. */
  resolve(id?: string | null): LanguageModelV4;
  /** What `resolve` gives. */
  choose(id?: string | null): ModelInfo;
  info(id: string): ModelInfo | undefined;
}

export const DEMO_ID = "demo:skein";

/**
 * How often the AI SDK repeats a request that was refused (429, 5xx) before the person is told. Its back-off starts at
 * two seconds and doubles: one repetition helps against a hiccup, more only looks like a hang.
 */
export const MODEL_RETRIES = 1;

export type ModelConfig = Pick<Config, "providers" | "defaultModel" | "modelTimeoutMs" | "demo"> & {
  /** Instead of the network, for every hosted and compatible model. */
  fetch?: typeof fetch;
};

type Entry = ModelInfo & { create: () => LanguageModelV4 };

/** Every model that the configuration switches on. The demo model is always there, and last. */
export function createModelRegistry(config: ModelConfig): ModelRegistry {
  const entries = [...hosted(config), ...compatible(config), demo(config)];
  const created = new Map<string, LanguageModelV4>();
  const find = (id: string | null | undefined) => entries.find((entry) => entry.id === id);
  const wanted = config.defaultModel === "demo" ? DEMO_ID : config.defaultModel;
  // A name that no list contains is still a model of that provider: people name new models before we do.
  if (wanted && !find(wanted)) entries.unshift(...unlisted(config, wanted));
  const fallback = find(wanted) ?? entries[0] ?? demo(config);
  const pick = (id: string | null | undefined) => find(id) ?? fallback;
  const infoOf = ({ id, label, provider, accepts, tools, reasoning, contextWindow }: Entry): ModelInfo => ({
    ...{ id, label, provider, accepts, tools, reasoning, contextWindow },
  });
  return {
    list: () => entries.map(infoOf),
    defaultId: fallback.id,
    choose: (id) => infoOf(pick(id)),
    info: (id) => entries.filter((entry) => entry.id === id).map(infoOf)[0],
    resolve: (id) => {
      const entry = pick(id);
      const model = created.get(entry.id) ?? withTimeout(entry.create(), config.modelTimeoutMs);
      created.set(entry.id, model);
      return model;
    },
  };
}

function hosted(config: ModelConfig): Entry[] {
  return HOSTED.flatMap(({ provider, label, key, models }) => {
    const create = creatorOf(provider, config.providers[key], config.fetch);
    if (!create) return [];
    return Object.entries(models).map(([name, [title, contextWindow]]) => ({
      id: `${provider}:${name}`,
      label: title,
      provider: label,
      ...HOSTED_ABILITIES,
      contextWindow,
      create: () => create(name),
    }));
  });
}

function creatorOf(
  provider: string,
  apiKey: string | undefined,
  fetch: ModelConfig["fetch"],
): ((name: string) => LanguageModelV4) | undefined {
  if (!apiKey) return undefined;
  if (provider === "anthropic") return createAnthropic({ apiKey, fetch });
  if (provider === "openai") return createOpenAI({ apiKey, fetch });
  if (provider === "google") return createGoogle({ apiKey, fetch });
  return undefined;
}

function unlisted(config: ModelConfig, id: string): Entry[] {
  const [provider = "", ...rest] = id.split(":");
  const name = rest.join(":");
  const host = HOSTED.find((one) => one.provider === provider);
  const create = host && creatorOf(provider, config.providers[host.key], config.fetch);
  if (!create || !name) return [];
  return [
    {
      ...{ id, label: name, provider: host.label, contextWindow: host.smallest, create: () => create(name) },
      ...HOSTED_ABILITIES,
      reasoning: false,
    },
  ];
}

function compatible({ providers, fetch }: ModelConfig): Entry[] {
  const server = providers.openaiCompatible;
  if (!server) return [];
  const provider = createOpenAICompatible({
    name: "compatible",
    baseURL: server.baseUrl,
    apiKey: server.apiKey,
    includeUsage: true,
    fetch,
  });
  return server.models.map((name) => ({
    id: `compatible:${name}`,
    label: name,
    provider: new URL(server.baseUrl).host,
    accepts: { images: server.visionModels.includes(name) },
    ...{ tools: false, reasoning: false },
    contextWindow: server.contextWindow,
    create: () => askWithoutTools(provider(name)),
  }));
}

function demo({ demo }: ModelConfig): Entry {
  const create = () => createDemoModel(demo);
  return {
    ...{ id: DEMO_ID, label: "Demo", provider: "Skein", contextWindow: DEMO_CONTEXT_WINDOW, create },
    ...{ accepts: { images: true }, tools: true, reasoning: true },
  };
}
