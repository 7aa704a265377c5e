import { error } from "@sveltejs/kit";
import { sequence } from "@sveltejs/kit/hooks";
import type { Handle, HandleServerError, RequestEvent, ServerInit } from "@sveltejs/kit";
import { app, startApp } from "$lib/server/app.ts";
import { paintFirst } from "$lib/server/paint-first.ts";

const NOTHING_HERE = "There is nothing at this address.";

export const init: ServerInit = startApp;

/** Who asks? Pages make a guest of a newcomer; machines (`/api`) are told 401 by the route itself. */
const identify: Handle = async ({ event, resolve }) => {
  const { services, auth } = app();
  event.locals.services = services;
  event.locals.user = null;
  if (event.route.id === null) {
    const isMachine = event.url.pathname.startsWith("/api/");
    return isMachine ? Response.json({ message: NOTHING_HERE }, { status: 404 }) : resolve(event);
  }

  // Postgres takes no NUL, so nothing is called by a name with one.
  if (Object.values(event.params).some((value) => value?.includes("\0"))) error(404, NOTHING_HERE);

  event.locals.user = await auth.find(event.request.headers);
  const isPage = !event.route.id.startsWith("/api/");
  if (event.locals.user === null && isPage) {
    event.locals.user = await auth.createGuest(event.request.headers);
  }
  return resolve(event);
};

/**
 * Kit checks the origin of form posts, in production. A fetch to `/api` carries no form, so every request that changes
 * something is checked here as well; together with the SameSite cookie no other site can act for a visitor.
 */
const sameSite: Handle = ({ event, resolve }) => {
  const isRead = event.request.method === "GET" || event.request.method === "HEAD";
  if (isRead || isFromHere(event)) return resolve(event);
  return new Response("Cross-site requests are not accepted.", { status: 403 });
};

function isFromHere({ request, url }: RequestEvent): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  // On plain http, outside localhost, browsers send no such header, but the origin of whatever is not a read.
  const origin = request.headers.get("origin");
  return origin === null || (URL.canParse(origin) && new URL(origin).host === url.host);
}

const protect: Handle = async ({ event, resolve }) => {
  const response = await resolve(event);
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("referrer-policy", "same-origin");
  response.headers.set("x-frame-options", "DENY");
  // Who comes from another site leaves it behind. A page that it opened has to move to a new process for that, which takes
  // as long as drawing it: whoever comes by the address bar, or from another page of ours, has nobody to leave.
  const from = event.request.headers.get("sec-fetch-site");
  if (from !== "none" && from !== "same-origin") response.headers.set("cross-origin-opener-policy", "same-origin");
  response.headers.set("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()");

  // What a person is told is theirs: never from a shared cache, and not from the browser's either once they signed out,
  // which takes a page from there on the way back without asking.
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "private, no-store");

  const policy = response.headers.get("content-security-policy");
  // A file of a person's has a policy of its own.
  if (policy !== null && event.route.id !== "/api/files/[fileId]") {
    // Kit writes the policy at build time; where the streams come from is known only when the server starts.
    const { realtimeUrl } = app();
    if (realtimeUrl !== "") {
      const origin = new URL(realtimeUrl).origin;
      response.headers.set(
        "content-security-policy",
        policy.replace("connect-src 'self'", `connect-src 'self' ${origin}`),
      );
    }
  }
  return response;
};

export const handle = sequence(protect, sameSite, identify, paintFirst);

export const handleError: HandleServerError = ({ error, event, status, message }) => {
  if (status === 404) return { message: NOTHING_HERE };
  if (status < 500) return { message };
  const reference = crypto.randomUUID().slice(0, 8);
  app().services.log.error({ err: error, reference, path: event.url.pathname }, "request failed");
  return { message: "Something went wrong on our side.", reference };
};
