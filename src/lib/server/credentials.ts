import { z } from "zod";
import { PASSWORD_LENGTH } from "../tools/password-length.ts";

export interface Credentials {
  email: string;
  password: string;
}

/** One sentence for each field that is not as it should be. */
export type CredentialProblems = Partial<Record<keyof Credentials, string>>;

const email = z
  .string()
  .trim()
  .toLowerCase()
  .min(1, "Write your email address.")
  // As long as an address may be.
  .max(254, "This email address is too long.")
  .pipe(z.email("This does not look like an email address."));

const password = z.string().min(1, "Write your password.");

const signIn = z.object({ email, password: password.max(PASSWORD_LENGTH.max, "This password is too long.") });

const signUp = z.object({
  email,
  password: password
    .min(PASSWORD_LENGTH.min, `Choose a password of at least ${PASSWORD_LENGTH.min} characters.`)
    .max(PASSWORD_LENGTH.max, `Choose a password of at most ${PASSWORD_LENGTH.max} characters.`),
});

const schemas = { signIn, signUp };

/** What a form says, as far as it can be used; `email` is as it was typed, to be shown again. */
export function readCredentials(
  form: FormData,
  purpose: keyof typeof schemas,
): { ok: true; credentials: Credentials } | { ok: false; problems: CredentialProblems } {
  const given = { email: String(form.get("email") ?? ""), password: String(form.get("password") ?? "") };
  const parsed = schemas[purpose].safeParse(given);
  if (parsed.success) return { ok: true, credentials: parsed.data };
  const { fieldErrors } = z.flattenError(parsed.error);
  const problems: CredentialProblems = {};
  for (const field of ["email", "password"] as const) {
    const [first] = fieldErrors[field] ?? [];
    if (first !== undefined) problems[field] = first;
  }
  return { ok: false, problems };
}
