import { quote } from "./demo-quote.ts";

const SHOWN = 12;

/** What the demo model makes of a conversation that is given as text: a list of what was asked, and no claim to more. */
export function summaryOf(conversation: string): string {
  const earlier = /^Summary of what came before: ([\s\S]*?)(?=\n\nPerson: |$)/.exec(conversation)?.[1];
  const asked = [...conversation.matchAll(/^Person: (.+)/gm)].map(([, question]) => `- “${quote(question ?? "")}”`);
  const left = asked.length > SHOWN ? [`- and ${asked.length - SHOWN} more`] : [];
  return [
    ...(earlier ? [earlier, "", "After that the person asked:"] : ["The demo model only lists what the person asked:"]),
    "",
    ...asked.slice(0, SHOWN),
    ...left,
  ].join("\n");
}
