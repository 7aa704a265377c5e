/**
 * Stands in for zod where the AI SDK imports it, in what browsers load (vite.config.ts). The SDK describes its messages and
 * prompts by schemas as it is loaded, and checks them on servers only: the pages would carry a library of 20 kB for nothing.
 * Whoever checks something by one of these all the same is told so.
 */
type Schema = ((...args: unknown[]) => Schema) & { [name: string]: Schema };

const schema: Schema = new Proxy((() => {}) as unknown as Schema, {
  get: (_schema, name) => (CHECKS.has(name) ? unchecked : name === "then" ? undefined : schema),
  apply: () => schema,
});

const CHECKS = new Set<string | symbol>(["parse", "parseAsync", "safeParse", "safeParseAsync"]);

function unchecked(): never {
  throw new Error("Nothing is checked by a schema of the AI SDK in the browser.");
}

export { unchecked as safeParse, unchecked as safeParseAsync, unchecked as toJSONSchema };
export {
  schema as default,
  schema as NEVER,
  schema as array,
  schema as boolean,
  schema as config,
  schema as custom,
  schema as discriminatedUnion,
  schema as enum,
  schema as extend,
  schema as instanceof,
  schema as int,
  schema as lazy,
  schema as literal,
  schema as looseObject,
  schema as maximum,
  schema as minLength,
  schema as never,
  schema as nonnegative,
  schema as null,
  schema as number,
  schema as object,
  schema as optional,
  schema as pipe,
  schema as positive,
  schema as record,
  schema as refine,
  schema as startsWith,
  schema as string,
  schema as transform,
  schema as union,
  schema as unknown,
};
