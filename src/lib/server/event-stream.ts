/** Proxies close a connection that is silent for a minute; a comment is not an event. */
const HEARTBEAT_MS = 20_000;

/**
 * Server-sent events: each value sent becomes one JSON event. `subscribe` gets the send function and returns what ends
 * the subscription, which runs once, however the connection ends.
 */
export function eventStream(gone: AbortSignal, subscribe: (send: (event: unknown) => void) => () => void): Response {
  const encoder = new TextEncoder();
  let end = () => {};

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string) => {
        try {
          controller.enqueue(encoder.encode(text));
        } catch {
          end(); // The reader went away between two events.
        }
      };
      const heartbeat = setInterval(() => write(": still here\n\n"), HEARTBEAT_MS);
      const unsubscribe = subscribe((event) => write(`data: ${JSON.stringify(event)}\n\n`));
      end = () => {
        end = () => {};
        clearInterval(heartbeat);
        unsubscribe();
        gone.removeEventListener("abort", close);
      };
      const close = () => {
        end();
        controller.close();
      };
      gone.addEventListener("abort", close);
      // The first bytes tell the browser, and every proxy between, that this is open.
      write("retry: 1000\n\n");
    },
    cancel: () => end(),
  });

  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    },
  });
}
