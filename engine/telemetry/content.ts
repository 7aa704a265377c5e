import type { Attributes, LogLine, Span } from "./items.ts";

/**
 * What people and models wrote stays out of telemetry: prompts, answers, tools' arguments and results. A number says
 * nothing of that kind; a text is kept only under a name that is known to hold none, so that an attribute nobody has
 * thought of is left out, not in. Names: docs/engine-wire.md §9 and OpenTelemetry's conventions for generative AI.
 */
const HARMLESS = [
  /^\$metadata\.(ctx|worker)\./,
  /^\$metadata\.gen_ai\.conversation\.id$/,
  /^\$(span|entity|usage|trigger|metrics)\./,
  /^\$style\.(icon|variant)$/,
  /^(ctx|cloud|service|cli|sdk|worker|process\.runtime)\./,
  /^(session|io|route)$/,
  /^(wait|turn|chat\.boot)\./,
  /^chat\.(id|trigger|turn|preloaded)$/,
  /^gen_ai\.(conversation|operation|provider|agent|request|response|usage|client)\.(?!.*(messages|instructions|text|content|description))/,
  /^gen_ai\.tool\.(name|type|call\.id)$/,
  /^(http\.(request\.method|response\.status_code)|server\.(address|port)|error\.type|exception\.type)$/,
];

/** Of a log line, the text itself is kept: whoever writes one in a task means it to be read. */
export const logWithoutContent = (line: LogLine): LogLine => ({ ...line, attributes: withoutText(line.attributes) });

export const spanWithoutContent = (span: Span): Span => ({
  ...span,
  attributes: withoutText(span.attributes),
  events: span.events.map((event) => ({ ...event, attributes: withoutText(event.attributes) })),
});

function withoutText(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(
      ([name, value]) =>
        typeof value === "number" || typeof value === "boolean" || HARMLESS.some((pattern) => pattern.test(name)),
    ),
  );
}
