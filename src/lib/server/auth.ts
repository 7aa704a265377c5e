import { createHash } from "node:crypto";
import type { RequestEvent } from "@sveltejs/kit";
import { betterAuth } from "better-auth";
import { parseSetCookieHeader, toCookieOptions } from "better-auth/cookies";
import { sveltekitCookies } from "better-auth/svelte-kit";
import { anonymous } from "better-auth/plugins";
import type { Kysely } from "kysely";
import { PASSWORD_LENGTH } from "../tools/password-length.ts";
import type { Credentials } from "./credentials.ts";
import type { Database } from "./db/database.ts";
import { guestSignUp } from "./guest-sign-up.ts";
import * as guests from "./guests.ts";

export interface Person {
  id: string;
  /** Of an account its email. */
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

/** `refused`: not this email with this password, or an email that has an account already. */
export type Outcome = "done" | "refused" | "too-often";

const DAY = 24 * 60 * 60;

/** Ours alone: what a browser or a proxy sends is never read as an address. */
const CLIENT_ADDRESS = "x-skein-client-address";

/** So often one address may try, in seconds and times. */
const ATTEMPTS = { window: 60, max: 10 };

export type Auth = ReturnType<typeof createAuth>;

/** Sessions of guests and of accounts. Its HTTP routes are not mounted: our form actions ask it, and it answers them. */
export function createAuth({ db, secret, origin, getRequestEvent }: AuthOptions) {
  const baseURL = origin ?? "http://localhost";
  const auth = betterAuth({
    secret,
    baseURL,
    database: { db, type: "postgres" },
    // A guest has nothing but this cookie to come back with: keep it for as long as browsers allow.
    session: { expiresIn: 400 * DAY, updateAge: DAY },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_LENGTH.min,
      maxPasswordLength: PASSWORD_LENGTH.max,
    },
    rateLimit: { enabled: true, customRules: { "/sign-in/email": ATTEMPTS, "/sign-up/guest": ATTEMPTS } },
    telemetry: { enabled: false },
    // Below that it writes a line for each wrong password.
    logger: { level: "error" },
    advanced: {
      // Cookies ignore the port, so two instances on one machine would sign each other's guests out under one name.
      cookiePrefix: `skein-${createHash("sha256").update(secret).digest("hex").slice(0, 8)}`,
      useSecureCookies: origin?.startsWith("https:") ?? false,
      defaultCookieAttributes: { sameSite: "lax", httpOnly: true },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS] },
    },
    plugins: [
      anonymous({
        generateName: () => "Guest",
        // Before the answer to the sign-in: if it fails, nobody is signed in and nothing has moved.
        onLinkAccount: ({ anonymousUser, newUser }) =>
          guests.move(db, { guestId: anonymousUser.user.id, accountId: newUser.user.id }),
        // Sessions are tagged with the guest's id, and its chats would go with its row.
        disableDeleteAnonymousUser: true,
      }),
      guestSignUp(db),
      sveltekitCookies(() => withoutRemoval(getRequestEvent())),
    ],
  });

  /** Asks as a browser would, so that better-auth counts the attempts, and takes over the cookies it sets. */
  async function post(path: string, body: object = {}): Promise<Response> {
    const { cookies, getClientAddress } = getRequestEvent();
    const cookie = cookies.getAll().map(({ name, value }) => `${name}=${encodeURIComponent(value)}`);
    const response = await auth.handler(
      new Request(`${baseURL}/api/auth${path}`, {
        method: "POST",
        headers: {
          ...{ "content-type": "application/json", origin: baseURL, cookie: cookie.join("; ") },
          [CLIENT_ADDRESS]: getClientAddress(),
        },
        body: JSON.stringify(body),
      }),
    );
    if (!response.ok) return response;
    for (const [name, attributes] of parseSetCookieHeader(response.headers.getSetCookie().join(", ")))
      cookies.set(name, attributes.value, { ...toCookieOptions(attributes), path: "/" });
    return response;
  }

  async function attempt(path: string, credentials: Credentials): Promise<Outcome> {
    const { ok, status } = await post(path, credentials);
    if (ok) return "done";
    if (status === 429) return "too-often";
    if (status === 401 || status === 422) return "refused";
    throw new Error(`${path} was answered with ${status}.`);
  }

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

    /** Makes an account of the guest whose request this is. */
    signUp: (credentials: Credentials): Promise<Outcome> => attempt("/sign-up/guest", credentials),

    /** Whoever signs in as a guest brings their chats along. */
    signIn: (credentials: Credentials): Promise<Outcome> => attempt("/sign-in/email", credentials),

    async signOut(): Promise<void> {
      const { status } = await post("/sign-out");
      if (status !== 200) throw new Error(`Signing out was answered with ${status}.`);
    },
  };
}

/**
 * A request that was on its way with a cookie of before comes back when the browser may have another one under the same
 * name: it must not take that away. A session that is over is none whether its cookie is there or not.
 */
function withoutRemoval({ cookies }: RequestEvent) {
  const set: RequestEvent["cookies"]["set"] = (name, value, options) => {
    if (value !== "") cookies.set(name, value, options);
  };
  return { cookies: { set } } as RequestEvent;
}

function person(user: { id: string; name: string; isAnonymous?: boolean | null }): Person {
  return { id: user.id, name: user.name, isGuest: user.isAnonymous !== false };
}
