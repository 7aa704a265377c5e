/** A chat's own page, as the app writes its address. */
const CHAT = /^\/chats\/[^/\\]+$/;

/**
 * Where somebody came from who signs in: a chat, or the start page. Only an address of ours is ever gone to, whatever the
 * link to the form said.
 */
export function wayBack(url: URL): string {
  const from = url.searchParams.get("from") ?? "";
  return CHAT.test(from) && URL.canParse(from, url) && new URL(from, url).origin === url.origin
    ? new URL(from, url).pathname
    : "/";
}
