import { fail, redirect, type RequestEvent } from "@sveltejs/kit";
import type { Auth } from "./auth.ts";
import { readCredentials, type CredentialProblems } from "./credentials.ts";
import { wayBack } from "./way-back.ts";

const REFUSED: Record<"signIn" | "signUp", CredentialProblems> = {
  signIn: { password: "The email or the password is wrong." },
  signUp: { email: "This email has an account already. Sign in with it instead." },
};
const TOO_OFTEN: CredentialProblems = { password: "Too many attempts. Wait a minute, then try again." };

/** What the forms of `/sign-in` and `/sign-up` do: back to where one came from, or the form again with what is wrong. */
export async function takeCredentials({ request, url }: RequestEvent, auth: Auth, purpose: "signIn" | "signUp") {
  const form = await request.formData();
  // A password is never sent back.
  const email = String(form.get("email") ?? "");
  const read = readCredentials(form, purpose);
  if (!read.ok) return fail(400, { email, problems: read.problems });
  const outcome = await auth[purpose](read.credentials);
  if (outcome === "refused") return fail(400, { email, problems: REFUSED[purpose] });
  if (outcome === "too-often") return fail(429, { email, problems: TOO_OFTEN });
  redirect(303, wayBack(url));
}
