import { describe, expect, it } from "vitest";
import { logWithoutContent, spanWithoutContent } from "./content.ts";
import type { Span } from "./items.ts";

const span = (attributes: Span["attributes"], events: Span["events"] = []): Span => ({
  ...{ runId: "r", spanId: "s", traceId: "t", parentId: null, name: "n", startedAt: new Date(0), duration: 0 },
  ...{ isPartial: false, isError: false, attributes, events },
});

describe("without content", () => {
  it.each([
    "chat.user_message",
    "$style.accessory.items.[0].text",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.request.messages",
    "gen_ai.system_instructions",
    "gen_ai.response.text",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "gen_ai.tool.description",
    "gen_ai.tool.definitions",
    "gen_ai.agent.description",
    "ai.prompt",
    "input",
    "output",
    "$output",
    "$payload",
    "exception.message",
    "exception.stacktrace",
    "something.nobody.thought.of",
  ])("text under %s is left out", (name) => {
    expect(spanWithoutContent(span({ [name]: "words" })).attributes).toEqual({});
    expect(spanWithoutContent(span({ [name]: ["words"] })).attributes).toEqual({});
  });

  it("names, ids, counts and times stay", () => {
    const attributes = {
      ...{ "$metadata.ctx.run.id": "run_a", "$metadata.worker.version": "1", "gen_ai.conversation.id": "chat" },
      ...{ "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 7, "gen_ai.tool.name": "weather" },
      ...{ "chat.trigger": "submit-message", "turn.number": 1, "chat.boot.replay": "2 ms", anything: true },
    };
    expect(spanWithoutContent(span(attributes)).attributes).toEqual(attributes);
  });

  it("an error's kind stays, its message does not: it may quote a tool's arguments", () => {
    const attributes = { "exception.type": "TypeError", "exception.message": "Invalid arguments: {…}" };
    const { events } = spanWithoutContent(span({}, [{ name: "exception", time: new Date(0), attributes }]));
    expect(events).toEqual([{ name: "exception", time: new Date(0), attributes: { "exception.type": "TypeError" } }]);
  });

  it("a log line keeps its text", () => {
    const line = {
      runId: "r",
      spanId: null,
      at: new Date(0),
      level: "INFO",
      body: "hello",
      attributes: { x: "y" },
    } as const;
    expect(logWithoutContent(line)).toEqual({ ...line, attributes: {} });
  });
});
