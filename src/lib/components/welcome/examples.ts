export interface Example {
  name: string;
  title: string;
  /** What is sent when somebody picks it. */
  prompt: string;
  /** It is about the person's other chats. */
  needsChats?: true;
}

/** What a model can help with. */
export const USEFUL = [
  { name: "plan", title: "Plan a trip", prompt: "Plan three days in Lisbon for two people who like to walk." },
  { name: "compare", title: "Compare", prompt: "Compare SQLite and PostgreSQL for a small web app, in a table." },
  { name: "write", title: "Write a message", prompt: "Write a friendly email that moves our meeting to next week." },
  { name: "explain", title: "Explain", prompt: "Explain public-key encryption to a curious twelve-year-old." },
  { name: "code", title: "Calculate", prompt: "Run code: how likely do two of 23 share a birthday?" },
  { name: "research", title: "Research", prompt: "Research how well heat pumps do in cold winters." },
] as const satisfies Example[];

/** What the demo model shows of Skein, the most telling first. */
export const DEMONSTRATIONS = [
  { name: "code", title: "Use a tool", prompt: "Run code that sums ten primes." },
  { name: "approve", title: "Approve a change", prompt: "Rename one of my chats.", needsChats: true },
  { name: "question", title: "Answer a question", prompt: "Ask me a question." },
  { name: "research", title: "Delegate research", prompt: "Research durable chats." },
  { name: "reasoning", title: "Follow its reasoning", prompt: "Think: is 1,001 a prime number?" },
  { name: "reload", title: "Survive a reload", prompt: "Write a long answer to reload." },
  { name: "markdown", title: "Tables, code, math", prompt: "Show me what Markdown looks like." },
  { name: "steer", title: "Steer an answer", prompt: "Let me steer your answer." },
  { name: "branches", title: "Edit and branch", prompt: "How do I edit what I asked?" },
  { name: "picture", title: "See a picture", prompt: "Draw a picture." },
  { name: "sources", title: "Check sources", prompt: "Show me sources." },
  { name: "connect", title: "Get a real model", prompt: "How do I connect a real model?" },
] as const satisfies Example[];

/** As many as are shown at once. */
export const FEW = 6;

export function examplesFor({ isDemo, hasChats }: { isDemo: boolean; hasChats: boolean }) {
  const examples: readonly Example[] = isDemo ? DEMONSTRATIONS : USEFUL;
  return examples.filter(({ needsChats }) => !needsChats || hasChats);
}
