import { resolve } from "$app/paths";
import { SearchRefusal, type SearchApi } from "$lib/search/chat-search.svelte.ts";
import type { SearchResult } from "$lib/search/result.ts";

export const searchApi: SearchApi = async (query, signal) => {
  const response = await fetch(`${resolve("/api/search")}?q=${encodeURIComponent(query)}`, { signal });
  if (response.ok) return (await response.json()) as SearchResult[];
  const { message } = (await response.json().catch(() => ({}))) as { message?: string };
  throw response.status === 503 && message ? new SearchRefusal(message) : new Error(`${response.status} from search`);
};
