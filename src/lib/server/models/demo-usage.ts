import type { DemoAnswer } from "./demo-answers.ts";
import type { CallOptions } from "./language-model.ts";

type Prompt = CallOptions["prompt"];
type Part = Exclude<Prompt[number]["content"], string>[number];

const CHARACTERS_PER_TOKEN = 4;
/** An image costs what it costs, however large its file is. */
const FILE_TOKENS = 1500;

/** What the demo model says it took. It has no tokens: four characters are one, about as with real models. */
export function usageOf(prompt: Prompt, { text, reasoning = "", call }: DemoAnswer) {
  const told = prompt
    .flatMap(({ content }) => (typeof content === "string" ? [tokensOf(content)] : content.map(tokensOfPart)))
    .reduce((sum, some) => sum + some, 0);
  const said = tokensOf(text) + (call ? tokensOf(JSON.stringify(call)) : 0);
  const thought = tokensOf(reasoning);
  return {
    inputTokens: { total: told, noCache: told, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: said + thought, text: said, reasoning: thought },
  };
}

const tokensOf = (text: string) => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

function tokensOfPart(part: Part): number {
  if (part.type === "text" || part.type === "reasoning") return tokensOf(part.text);
  return part.type === "file" ? FILE_TOKENS : tokensOf(JSON.stringify(part));
}
