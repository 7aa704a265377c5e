import type { Kysely } from "kysely";
import type { Database } from "./db/database.ts";

/** A guest whose chats went to an account. */
export interface MovedGuestTable {
  guest_id: string;
  account_id: string;
  moved_at: Date;
}

export interface Move {
  guestId: string;
  accountId: string;
}

/** What Postgres says when a unique column has the value already. */
const TAKEN = "23505";

/**
 * Makes an account of a guest: the same row with an email and a password, so that whatever knows this person by their id
 * (chats, files, tags of sessions, pages that listen) goes on as it was. False: the email has an account, or this is no
 * guest any more.
 */
export async function signUp(
  db: Kysely<Database>,
  { guestId, email, passwordHash }: { guestId: string; email: string; passwordHash: string },
): Promise<boolean> {
  const at = new Date();
  try {
    return await db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable("user")
        .set({ email, name: email, isAnonymous: false, updatedAt: at })
        .where("id", "=", guestId)
        .where("isAnonymous", "=", true)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      // As better-auth writes it for an account with a password.
      const account = { id: crypto.randomUUID(), accountId: guestId, providerId: "credential", userId: guestId };
      await trx
        .insertInto("account")
        .values({ ...account, password: passwordHash, createdAt: at, updatedAt: at })
        .execute();
      return true;
    });
  } catch (error) {
    if ((error as { code?: unknown }).code === TAKEN) return false;
    throw error;
  }
}

/**
 * Gives an account everything that a guest has, all of it or nothing, and ends the guest's own sessions. Turns that run go
 * on: they know their chat and not its owner. Whoever is no guest, or has moved already, has nothing to give.
 */
export async function move(db: Kysely<Database>, { guestId, accountId }: Move): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const guest = await trx
      .selectFrom("user")
      .select("id")
      .where("id", "=", guestId)
      .where("isAnonymous", "=", true)
      .forUpdate()
      .executeTakeFirst();
    if (!guest) return;
    const moved = { guest_id: guestId, account_id: accountId };
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto("moved_guest")
      .values({ ...moved, moved_at: new Date() })
      .onConflict((conflict) => conflict.column("guest_id").doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n) return;
    // In one order, as everybody who locks several of them.
    const chats = trx.selectFrom("chat").select("id").where("owner_id", "=", guestId).orderBy("id");
    await chats.forNoKeyUpdate().execute();
    // Files and chats in the order in which messages link them: none is ever somebody else's.
    await trx.updateTable("chat").set({ owner_id: accountId }).where("owner_id", "=", guestId).execute();
    await trx.updateTable("file").set({ owner_id: accountId }).where("owner_id", "=", guestId).execute();
    // What the account has set stays; a guest's settings are better than none.
    await trx
      .updateTable("person_settings")
      .set({ person_id: accountId })
      .where("person_id", "=", guestId)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom("person_settings as kept").select("kept.person_id").where("kept.person_id", "=", accountId),
          ),
        ),
      )
      .execute();
    await trx.deleteFrom("session").where("userId", "=", guestId).execute();
  });
}

/** The ids by which sessions may know this person: their own, and those of the guests they were, the latest first. */
export async function idsOf(db: Kysely<Database>, personId: string): Promise<string[]> {
  const guests = await db
    .selectFrom("moved_guest")
    .select("guest_id")
    .where("account_id", "=", personId)
    .orderBy("moved_at", "desc")
    .execute();
  return [personId, ...guests.map(({ guest_id }) => guest_id)];
}
