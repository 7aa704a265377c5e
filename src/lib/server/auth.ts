import { createHash } from "node:crypto";
import type { RequestEvent } from "@sveltejs/kit";
import { betterAuth } from "better-auth";
import { sveltekitCookies } from "better-auth/svelte-kit";
import { anonymous } from "better-auth/plugins";
import type { Kysely } from "kysely";
import type { Database } from "./db/database.ts";

export interface Person {
  id: string;
  name: string;
  isGuest: boolean;
}

export interface AuthOptions {
  db: Kysely<Database>;
  secret: string;
  /** The public address, when it is configured: cookies are marked Secure when it is https. */
  origin?: string | undefined;
  getRequestEvent: () => RequestEvent;
}

const DAY = 24 * 60 * 60;

export type Auth = ReturnType<typeof createAuth>;

/**
 * Sessions of guests and (later) of accounts. It is called from the server only; its HTTP routes are not mounted until
 * there is something to sign in to.
 */
export function createAuth({ db, secret, origin, getRequestEvent }: AuthOptions) {
  const auth = betterAuth({
    secret,
    baseURL: origin ?? "http://localhost",
    database: { db, type: "postgres" },
    // A guest has nothing but this cookie to come back with: keep it for as long as browsers allow.
    session: { expiresIn: 400 * DAY, updateAge: DAY },
    telemetry: { enabled: false },
    advanced: {
      // Cookies ignore the port, so two instances on one machine would sign each other's guests out under one name.
      cookiePrefix: `skein-${createHash("sha256").update(secret).digest("hex").slice(0, 8)}`,
      useSecureCookies: origin?.startsWith("https:") ?? false,
      defaultCookieAttributes: { sameSite: "lax", httpOnly: true },
    },
    plugins: [anonymous({ generateName: () => "Guest" }), sveltekitCookies(getRequestEvent)],
  });

  return {
    /** The person whose session cookie these headers carry, or null. */
    async find(headers: Headers): Promise<Person | null> {
      const found = await auth.api.getSession({ headers });
      return found ? person(found.user) : null;
    },

    /**
     * Makes a guest and sets their cookie on the response being built. Two first requests at the same moment make two
     * guests and the browser keeps the last cookie: neither guest owns anything yet, so nothing is lost.
     */
    async createGuest(headers: Headers): Promise<Person> {
      const made = await auth.api.signInAnonymous({ headers });
      if (!made) throw new Error("A guest session could not be made.");
      return person(made.user);
    },
  };
}

function person(user: { id: string; name: string; isAnonymous?: boolean | null }): Person {
  return { id: user.id, name: user.name, isGuest: user.isAnonymous !== false };
}
