import type { RequestEvent } from "@sveltejs/kit";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestDb } from "../../../tests/support/test-db.ts";
import { createAuth } from "./auth.ts";
import * as chats from "./chats.ts";

const { db } = await openTestDb();

/** A browser at its address, as far as the server sees it. */
class Browser {
  readonly cookies = new Map<string, string>();
  readonly set: { name: string; options: Record<string, unknown> }[] = [];
  readonly address: string;

  constructor(address: string) {
    this.address = address;
  }

  get headers(): Headers {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    return new Headers({ cookie: cookie.join("; ") });
  }

  get event(): RequestEvent {
    const cookies = {
      getAll: () => [...this.cookies].map(([name, value]) => ({ name, value })),
      set: (name: string, value: string, options: Record<string, unknown>) => {
        this.set.push({ name, options });
        if (value === "") this.cookies.delete(name);
        else this.cookies.set(name, value);
      },
    };
    return { cookies, getClientAddress: () => this.address } as unknown as RequestEvent;
  }
}

let current: Browser;
let addresses = 0;
let email: string;
const password = "correct horse";
const secret = "a secret of the tests, long enough";
const auth = createAuth({ db, secret, getRequestEvent: () => current.event });

/** Another browser, elsewhere, is the one that asks from now on. */
const open = () => (current = new Browser(`192.0.2.${++addresses}`));
const whoAmI = () => auth.find(current.headers);
const becomeGuest = () => auth.createGuest(current.headers);
const addChat = async (ownerId: string) => (await chats.create(db, { ownerId, text: "hello" })).chatId;
const owns = (ownerId: string, chatId: string) => chats.owns(db, { ownerId, chatId });

beforeEach(() => {
  open();
  email = `${crypto.randomUUID()}@example.org`;
});

describe("signing up", () => {
  it("makes an account of the guest: the same person, with another cookie", async () => {
    const guest = await becomeGuest();
    expect(guest).toMatchObject({ name: "Guest", isGuest: true });
    const before = current.headers;
    const chatId = await addChat(guest.id);
    expect(await auth.signUp({ email, password })).toBe("done");
    expect(await whoAmI()).toEqual({ id: guest.id, name: email, isGuest: false });
    expect(await owns(guest.id, chatId)).toBe(true);
    expect(await auth.find(before), "whoever had the guest's cookie").toBeNull();
    for (const { options } of current.set)
      expect(options).toMatchObject({ httpOnly: true, sameSite: "lax", path: "/" });
  });

  it("is refused for an email that has an account, also with other capitals, and changes nothing", async () => {
    await becomeGuest();
    await auth.signUp({ email, password });
    open();
    const guest = await becomeGuest();
    expect(await auth.signUp({ email: email.toUpperCase(), password })).toBe("refused");
    expect(await whoAmI()).toEqual(guest);
  });

  it("keeps no password that can be read", async () => {
    const { id } = await becomeGuest();
    await auth.signUp({ email, password });
    const account = await db.selectFrom("account").select("password").where("userId", "=", id).executeTakeFirst();
    expect(account?.password).toMatch(/^[0-9a-f]{32}:[0-9a-f]{128}$/);
  });
});

describe("signing in", () => {
  let accountId: string;

  beforeEach(async () => {
    accountId = (await becomeGuest()).id;
    await auth.signUp({ email, password });
    open();
  });

  it("brings the chats of the guest along, and those of the account are there", async () => {
    const of = { account: await addChat(accountId), guest: "" };
    const guest = await becomeGuest();
    of.guest = await addChat(guest.id);
    const before = current.headers;
    expect(await auth.signIn({ email, password })).toBe("done");
    expect(await whoAmI()).toMatchObject({ id: accountId, isGuest: false });
    for (const chatId of Object.values(of)) expect(await owns(accountId, chatId)).toBe(true);
    expect(await auth.find(before)).toBeNull();
  });

  it("works without having been a guest", async () => {
    expect(await auth.signIn({ email, password })).toBe("done");
    expect(await whoAmI()).toMatchObject({ id: accountId });
  });

  it("is refused for a wrong password and for an unknown email alike, and the guest stays who they are", async () => {
    const guest = await becomeGuest();
    expect(await auth.signIn({ email, password: "wrong horse" })).toBe("refused");
    expect(await auth.signIn({ email: "nobody@example.org", password })).toBe("refused");
    expect(await whoAmI()).toEqual(guest);
  });

  it("gives the account nothing of another account in which somebody is signed in", async () => {
    await becomeGuest();
    await auth.signUp({ email: `other-${email}`, password });
    const otherId = (await whoAmI())?.id ?? "";
    const chatId = await addChat(otherId);
    expect(await auth.signIn({ email, password })).toBe("done");
    expect(await owns(otherId, chatId)).toBe(true);
  });

  it("may be tried ten times a minute from one address, whatever it says of itself", async () => {
    const outcomes = [];
    for (let attempt = 0; attempt < 11; attempt++) outcomes.push(await auth.signIn({ email, password: "wrong horse" }));
    expect(outcomes).toEqual([...Array(10).fill("refused"), "too-often"]);
    expect(await auth.signIn({ email, password }), "the right one too").toBe("too-often");
    open();
    expect(await auth.signIn({ email, password }), "from elsewhere").toBe("done");
  });
});

it("signing out ends the session itself, not only its cookie", async () => {
  await becomeGuest();
  await auth.signUp({ email, password });
  const before = current.headers;
  await auth.signOut();
  expect(await auth.find(before)).toBeNull();
  expect(await whoAmI()).toBeNull();
  expect(current.cookies.size).toBe(0);
});

it("a request that comes late with the cookie of before takes none away", async () => {
  await becomeGuest();
  const late = current.headers;
  await auth.signUp({ email, password });
  expect(await auth.find(late)).toBeNull();
  expect(await whoAmI()).toMatchObject({ name: email });
});

it("marks its cookies Secure where the public address is https", async () => {
  const origin = "https://chat.example.org";
  const secure = createAuth({ db, secret, origin, getRequestEvent: () => current.event });
  await secure.createGuest(current.headers);
  expect(await secure.signUp({ email, password })).toBe("done");
  for (const { name, options } of current.set) {
    expect(name).toMatch(/^__Secure-skein-/);
    expect(options).toMatchObject({ secure: true, httpOnly: true });
  }
});
