import type { Server as HttpServer } from "node:http";
import { Server } from "socket.io";
import { z } from "zod";
import { leaseMs } from "../config.ts";
import type { Engine } from "../engine.ts";
import { RollCall, type Inherited } from "../flow/roll-call.ts";
import type { WorkerLink } from "../worker-link.ts";
import { isSecret } from "./auth.ts";

const Subscription = z.object({ runFriendlyIds: z.array(z.string().max(64)).max(10_000) });

/** The worker's socket: it names its live runs, and hears when one of them has a new snapshot. */
export function attachWorkerSocket(engine: Engine, http: HttpServer, link: WorkerLink, inherited: Inherited): Server {
  const io = new Server(http, { transports: ["websocket"], serveClient: false });
  const workers = io.of("/dev-worker");

  workers.use((socket, next) => {
    const header = socket.handshake.headers.authorization;
    next(isSecret(engine, header) ? undefined : new Error("Invalid API key"));
  });

  workers.on("connection", (socket) => {
    link.socketOpened();
    const rollCall = new RollCall(engine, inherited, leaseMs(engine.config));
    socket.on("run:subscribe", async (message: unknown) => {
      const parsed = Subscription.safeParse(message);
      if (!parsed.success) return;
      const { runFriendlyIds } = parsed.data;
      const isNews = runFriendlyIds.filter((id) => !socket.rooms.has(id));
      await socket.join(runFriendlyIds);
      // What happened to them while nobody listened was told to nobody.
      if (!rollCall.isOver) for (const id of isNews) socket.emit("run:notify", notification(id));
      rollCall.name(runFriendlyIds);
    });
    socket.on("run:unsubscribe", async (message: unknown) => {
      const parsed = Subscription.safeParse(message);
      if (parsed.success) for (const id of parsed.data.runFriendlyIds) await socket.leave(id);
    });
    socket.on("disconnect", () => {
      rollCall.cancel();
      link.socketClosed();
    });
  });

  engine.signals.onRunChanged((runId) => {
    workers.to(runId).emit("run:notify", notification(runId));
  });
  return io;
}

const notification = (runId: string) => ({ version: "1", run: { friendlyId: runId } });
