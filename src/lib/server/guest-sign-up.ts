import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthEndpoint, sensitiveSessionMiddleware } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import type { Kysely } from "kysely";
import { z } from "zod";
import type { Database } from "./db/database.ts";
import * as guests from "./guests.ts";

/**
 * Signing up as better-auth does it makes another person, to whom everything of the guest would have to be moved. Here the
 * guest becomes the account. 422: the email has one already.
 */
export function guestSignUp(db: Kysely<Database>) {
  return {
    id: "guest-sign-up",
    endpoints: {
      signUpGuest: createAuthEndpoint(
        "/sign-up/guest",
        {
          method: "POST",
          use: [sensitiveSessionMiddleware],
          body: z.object({ email: z.email().toLowerCase(), password: z.string() }),
        },
        async (ctx) => {
          const { user } = ctx.context.session;
          const { email, password } = ctx.body;
          const { minPasswordLength, maxPasswordLength } = ctx.context.password.config;
          if (password.length < minPasswordLength || password.length > maxPasswordLength)
            throw new APIError("BAD_REQUEST");
          const passwordHash = await ctx.context.password.hash(password);
          const isDone = await guests.signUp(db, { guestId: user.id, email, passwordHash });
          if (!isDone) throw new APIError("UNPROCESSABLE_ENTITY");
          // Whoever had the guest's cookie has no way into the account.
          await ctx.context.internalAdapter.deleteUserSessions(user.id);
          const session = await ctx.context.internalAdapter.createSession(user.id);
          await setSessionCookie(ctx, { session, user: { ...user, email, name: email } });
          return ctx.json({ status: true });
        },
      ),
    },
  } satisfies BetterAuthPlugin;
}
