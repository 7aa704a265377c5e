import { error } from "@sveltejs/kit";
import { sql } from "kysely";
import { filesIn } from "../../tools/file.ts";
import type { SkeinMessage } from "../../tools/message.ts";
import * as files from "../files/files.ts";
import { problemOfFiles } from "../files/problem.ts";
import type { Services } from "../services.ts";
import type { Which } from "./read.ts";

type Given = { id: string; parts: SkeinMessage["parts"]; model?: string };

/** Refuses, by 400 and a sentence, files that are gone or that the model which would get them cannot look at. */
export async function checkFiles(
  { db, models }: Pick<Services, "db" | "models">,
  { ownerId, chatId }: Which,
  { id, parts, model }: Given,
): Promise<void> {
  const ids = [...new Set(filesIn({ parts }).map((file) => file.id))];
  if (ids.length === 0) return;
  const [found, chat] = await Promise.all([
    files.ofOwner(db, { ownerId, ids }),
    db
      .selectFrom("chat")
      .leftJoin("queued_message as queued", (join) =>
        join.onRef("queued.chat_id", "=", "chat.id").on("queued.id", "=", id),
      )
      .select(sql<string | null>`coalesce(queued.model, chat.model)`.as("model"))
      .where("chat.id", "=", chatId)
      .where("chat.owner_id", "=", ownerId)
      .executeTakeFirst(),
  ]);
  const problem = problemOfFiles(ids, found, models.choose(model ?? chat?.model));
  if (problem !== null) error(400, problem);
}
