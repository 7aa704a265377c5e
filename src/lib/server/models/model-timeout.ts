import { wrapLanguageModel } from "ai";
import type { LanguageModelV4, StreamPart } from "./language-model.ts";

/** A provider that said nothing for too long. */
export class ModelTimeoutError extends Error {
  readonly afterMs: number;
  readonly started: boolean;
  constructor(afterMs: number, started: boolean) {
    super(`The model sent nothing for ${afterMs} ms.`);
    this.name = "ModelTimeoutError";
    this.afterMs = afterMs;
    this.started = started;
  }
}

/** The provider ended its stream without saying that it finished. */
export class ModelBrokeOffError extends Error {
  constructor() {
    super("The model's stream ended early.");
    this.name = "ModelBrokeOffError";
  }
}

/**
 * Cuts off a provider that hangs: no first word, or no next one, within `timeoutMs`. A turn must end; without this, one
 * silent connection keeps a conversation running until the run's own limit, an hour later.
 */
export function withTimeout(model: LanguageModelV4, timeoutMs: number): LanguageModelV4 {
  return wrapLanguageModel({
    model,
    middleware: {
      wrapStream: async ({ model, params }) => {
        const cut = new AbortController();
        const abortSignal = AbortSignal.any([cut.signal, ...(params.abortSignal ? [params.abortSignal] : [])]);
        const silence = new Silence(timeoutMs, cut);
        const { stream, ...rest } = await silence.limit(model.doStream({ ...params, abortSignal }));
        return { ...rest, stream: watched(stream, silence, params.abortSignal) };
      },
    },
  }) as LanguageModelV4;
}

function watched(
  stream: ReadableStream<StreamPart>,
  silence: Silence,
  stop: AbortSignal | undefined,
): ReadableStream<StreamPart> {
  const reader = stream.getReader();
  let finished = false;
  return new ReadableStream<StreamPart>({
    async pull(controller) {
      try {
        const { done, value } = await silence.limit(reader.read());
        if (done) {
          if (!finished) controller.enqueue({ type: "error", error: new ModelBrokeOffError() });
          return controller.close();
        }
        finished ||= value.type === "finish" || value.type === "error";
        // These say that the connection stands, not that the model speaks.
        silence.started ||= value.type !== "stream-start" && value.type !== "response-metadata";
        controller.enqueue(value);
      } catch (error) {
        if (stop?.aborted) throw error;
        // As a part, not as a failed stream: what came before it is kept.
        controller.enqueue({ type: "error", error });
        controller.close();
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

class Silence {
  started = false;
  readonly #timeoutMs: number;
  readonly #cut: AbortController;

  constructor(timeoutMs: number, cut: AbortController) {
    this.#timeoutMs = timeoutMs;
    this.#cut = cut;
  }

  /** What `next` resolves to, or a ModelTimeoutError. */
  limit<T>(next: PromiseLike<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = new ModelTimeoutError(this.#timeoutMs, this.started);
        reject(error);
        this.#cut.abort(error);
      }, this.#timeoutMs);
    });
    return Promise.race([next, late]).finally(() => clearTimeout(timer));
  }
}
