import { fail, redirect } from "@sveltejs/kit";
import { resolve } from "$app/paths";
import { problemOf, TOO_LONG } from "$lib/components/composer/message-text.ts";
import { requirePerson } from "$lib/server/access.ts";
import * as chats from "$lib/server/chats.ts";
import * as files from "$lib/server/files/files.ts";
import { problemOfFiles } from "$lib/server/files/problem.ts";
import { MAX_FILES } from "$lib/tools/file-rules.ts";
import { MAX_MESSAGE_BYTES } from "$lib/tools/message.ts";
import type { Actions } from "./$types";

/** The form around the text, percent signs, the model: what is longer than this holds no text we would take. */
const MAX_FORM_BYTES = 4 * MAX_MESSAGE_BYTES;

export const actions: Actions = {
  default: async ({ request, locals, url }) => {
    const user = requirePerson(locals);
    const form = await readForm(request);
    if (form === "too-long") return fail(413, { problem: TOO_LONG, text: "" });
    // Postgres stores no NUL, and nobody types one.
    const text = String(form.get("text") ?? "")
      .replaceAll("\0", "")
      .replaceAll("\r\n", "\n");
    const { db, models } = locals.services;
    const ids = [...new Set(form.getAll("file").map(String))];
    const model = models.info(String(form.get("model") ?? ""));
    const attached = ids.length > MAX_FILES ? [] : await files.ofOwner(db, { ownerId: user.id, ids });
    const problem = problemOf(text, attached.length > 0) ?? problemOfFiles(ids, attached, model ?? models.choose());
    if (problem !== null) return fail(400, { problem, text });

    const { chatId } = await chats.create(db, { ownerId: user.id, text, model: model?.id ?? null, files: attached });
    redirect(303, new URL(resolve("/(app)/chats/[chatId]", { chatId }), url).pathname);
  },
};

/** Refuses by the announced length before parsing, and treats a body that the server cut off the same way. */
async function readForm(request: Request): Promise<FormData | "too-long"> {
  try {
    if (Number(request.headers.get("content-length") ?? 0) > MAX_FORM_BYTES) {
      // A body left unread ends the connection, and with it whatever request comes next on it.
      await request.body?.pipeTo(new WritableStream());
      return "too-long";
    }
    return await request.formData();
  } catch {
    return "too-long";
  }
}
