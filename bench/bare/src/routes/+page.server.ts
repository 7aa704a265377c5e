import { said } from "../../../conversation/said.ts";

/** With `?messages=1000`, that many are there already. */
export const load = ({ url }: { url: URL }) => ({
  messages: said(Number(url.searchParams.get("messages") ?? 0)).map(({ role, text }, n) => ({
    ...{ id: `said-${n}`, role },
    parts: [{ type: "text" as const, text }],
  })),
});
