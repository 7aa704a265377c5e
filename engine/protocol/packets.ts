import { Hono, type Context } from "hono";
import type { Engine } from "../engine.ts";
import { notFound, ProtocolError } from "../errors.ts";
import { newId } from "../ids.ts";
import { forbidden, packetToken, requireSecret, verifyPacketToken, type PacketAccess } from "./auth.ts";
import { readBody } from "./body.ts";

const MAX_BYTES = 16 * 1024 * 1024;

/** What the SDK makes of payloads and outputs (`stringifyIO`); nothing else is handed out again under this origin. */
const TYPES = ["application/json", "application/super+json", "text/plain"];

/**
 * Payloads and outputs over 128 KiB: the SDK asks for a signed URL, moves the text there itself, and passes on the name
 * (`storagePath`) in its place. A name is the engine's own, so that nobody's overwrites another's.
 */
export function packetRoutes(engine: Engine): Hono {
  const app = new Hono();

  app.put("/api/v2/packets/:name", async (c) => {
    await requireSecret(engine, c);
    const id = newId("packet");
    return c.json({ presignedUrl: await packetUrl(engine, id, "write"), storagePath: id });
  });

  app.get("/api/v1/packets/:name", async (c) => {
    await requireSecret(engine, c);
    const id = c.req.param("name");
    if (!(await engine.store.packets.has(id))) throw notFound("Packet");
    return c.json({ presignedUrl: await packetUrl(engine, id, "read") });
  });

  const signed = async (c: Context, access: PacketAccess) => {
    const id = c.req.param("packet") ?? "";
    const isSigned = await verifyPacketToken(engine, c.req.query("token") ?? "", id, access);
    if (!isSigned) throw forbidden("Invalid signature");
    return id;
  };

  app.put("/packets/:packet", async (c) => {
    const id = await signed(c, "write");
    const type = c.req.header("content-type") ?? "";
    if (!TYPES.includes(type)) throw new ProtocolError(400, `A packet is one of ${TYPES.join(", ")}`);
    const body = await readBody(c, { bytes: MAX_BYTES, what: "A packet" });
    await engine.store.packets.write(id, { type, body });
    return c.body(null, 200);
  });

  app.get("/packets/:packet", async (c) => {
    const packet = await engine.store.packets.read(await signed(c, "read"));
    if (!packet) throw notFound("Packet");
    return c.body(new Uint8Array(packet.body), 200, {
      "content-type": packet.type,
      "x-content-type-options": "nosniff",
    });
  });

  return app;
}

export async function packetUrl(engine: Engine, id: string, access: PacketAccess): Promise<string> {
  const { ENGINE_HOST, ENGINE_PORT } = engine.config;
  return `http://${ENGINE_HOST}:${ENGINE_PORT}/packets/${id}?token=${await packetToken(engine, id, access)}`;
}
