import type { Server as HttpServer } from "node:http";
import { Server } from "socket.io";
import { z } from "zod";
import type { Engine } from "../engine.ts";
import type { WorkerLink } from "../worker-link.ts";
import { isSecret } from "./auth.ts";

const Subscription = z.object({ runFriendlyIds: z.array(z.string().max(64)).max(10_000) });

/** The worker's socket: it names its live runs, and hears when one of them has a new snapshot. */
export function attachWorkerSocket(engine: Engine, http: HttpServer, link: WorkerLink): Server {
  const io = new Server(http, { transports: ["websocket"], serveClient: false });
  const workers = io.of("/dev-worker");

  workers.use((socket, next) => {
    const header = socket.handshake.headers.authorization;
    next(isSecret(engine, header) ? undefined : new Error("Invalid API key"));
  });

  workers.on("connection", (socket) => {
    link.socketOpened();
    socket.on("run:subscribe", async (message: unknown) => {
      const parsed = Subscription.safeParse(message);
      if (parsed.success) await socket.join(parsed.data.runFriendlyIds);
    });
    socket.on("run:unsubscribe", async (message: unknown) => {
      const parsed = Subscription.safeParse(message);
      if (parsed.success) for (const id of parsed.data.runFriendlyIds) await socket.leave(id);
    });
    socket.on("disconnect", () => link.socketClosed());
  });

  engine.signals.onRunChanged((runId) => {
    workers.to(runId).emit("run:notify", { version: "1", run: { friendlyId: runId } });
  });
  return io;
}
