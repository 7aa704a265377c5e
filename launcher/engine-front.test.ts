import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EngineFront } from "./engine-front.ts";

let front: EngineFront;
let port: number;
let engines: Server[];
beforeEach(async () => {
  engines = [];
  await open();
});
afterEach(async () => {
  await front.close();
  for (const engine of engines) engine.close();
});

async function open(patienceMs?: number) {
  front = new EngineFront(patienceMs);
  port = await front.listen(0);
}

/** An engine that does this with each connection; resolves with its port. */
async function startEngine(serve: (socket: Socket) => void): Promise<number> {
  const engine = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    serve(socket);
  });
  engines.push(engine);
  await new Promise<void>((resolve) => engine.listen(0, "127.0.0.1", resolve));
  return (engine.address() as AddressInfo).port;
}

const call = () => connect({ host: "127.0.0.1", port, allowHalfOpen: true });
const echo = (socket: Socket) => void socket.pipe(socket);
const closing = (socket: Socket) =>
  new Promise<string>((resolve) => {
    let how = "closed";
    socket.on("error", (error: NodeJS.ErrnoException) => (how = error.code ?? error.message));
    socket.on("close", () => resolve(how));
    socket.resume();
  });

describe("EngineFront", () => {
  it("lets a client that comes while there is no engine wait for the next one, and delivers what it said", async () => {
    const client = call();
    client.end("said too early");
    await once(client, "connect");
    front.pointAt(await startEngine(echo));
    expect(await text(client)).toBe("said too early");
  });

  it("passes a half-close on and still brings the answer", async () => {
    front.pointAt(await startEngine((socket) => void text(socket).then((said) => socket.end(`heard ${said}`))));
    const client = call();
    client.end("everything");
    expect(await text(client)).toBe("heard everything");
  });

  it("lets a client wait again that met an engine which had just died", async () => {
    const gone = await startEngine(echo);
    engines.pop()?.close();
    front.pointAt(gone);
    const client = call();
    client.end("twice");
    await once(client, "connect");
    front.pointAt(await startEngine(echo));
    expect(await text(client)).toBe("twice");
  });

  it("breaks the connections of an engine that has ended, and keeps the port", async () => {
    const accepted = vi.fn();
    front.pointAt(await startEngine(accepted));
    const client = call();
    const how = closing(client);
    await vi.waitFor(() => expect(accepted).toHaveBeenCalled(), { timeout: 10_000 });
    front.pointAt(undefined);
    expect(await how).toBe("ECONNRESET");
    const next = call();
    next.end("hello");
    await once(next, "connect");
    front.pointAt(await startEngine(echo));
    expect(await text(next)).toBe("hello");
  });

  it("breaks the client's connection when the engine breaks its own", async () => {
    front.pointAt(await startEngine((socket) => void socket.once("data", () => socket.resetAndDestroy())));
    const client = call();
    const how = closing(client);
    client.write("?");
    expect(await how).toBe("ECONNRESET");
  });

  it("breaks the engine's connection when the client breaks its own", async () => {
    const broken = vi.fn();
    front.pointAt(
      await startEngine((socket) => {
        void closing(socket).then(broken);
        socket.write("connected");
      }),
    );
    const client = call();
    await once(client, "data");
    client.resetAndDestroy();
    await vi.waitFor(() => expect(broken).toHaveBeenCalledWith("ECONNRESET"), { timeout: 10_000 });
  });

  it("breaks a connection that has waited for too long", async () => {
    await front.close();
    await open(50);
    expect(await closing(call())).toBe("ECONNRESET");
  });

  it("reads no faster than the client does", async () => {
    let written = 0;
    const chunk = Buffer.alloc(64 * 1024);
    front.pointAt(
      await startEngine((socket) => {
        const pump = () => {
          while (written < 1024 && !socket.writableNeedDrain) {
            written++;
            socket.write(chunk);
          }
          if (written < 1024) socket.once("drain", pump);
          else socket.end();
        };
        pump();
      }),
    );
    const client = call();
    client.pause();
    await once(client, "connect");
    let before = -1;
    // Until it stalls: buffers on the way are a few megabytes, and there are 64.
    await vi.waitFor(
      () => {
        const isStill = before === written && written > 0;
        before = written;
        expect(isStill).toBe(true);
      },
      { interval: 200, timeout: 10_000 },
    );
    expect(written).toBeLessThan(512);
    let received = 0;
    client.on("data", (data) => (received += data.length));
    client.resume();
    await once(client, "end");
    expect(received).toBe(1024 * chunk.length);
    client.end();
  });

  it("says in one sentence that the port is taken", async () => {
    await expect(new EngineFront().listen(port)).rejects.toThrow(/^Port \d+ cannot be used for the engine: .*\.$/);
  });
});
