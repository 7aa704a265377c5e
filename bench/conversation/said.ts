/** What is said in the conversations that are measured: short questions, answers with Markdown and code. */
export interface Said {
  role: "user" | "assistant";
  text: string;
}

export const said = (messages: number): Said[] =>
  Array.from({ length: messages }, (_, n) =>
    n % 2 === 0 ? { role: "user", text: question(n / 2) } : { role: "assistant", text: answer((n - 1) / 2) },
  );

const question = (n: number) => `Question ${n}: how do I keep what comes in, in order, when two of them come at once?`;

const answer = (n: number) => `**In short:** give each of them a number as it comes in (${n} here), and sort by that.

1. The first writer takes the lock, *reads* the last number, writes its own and lets go.
2. The second waits. It is a matter of \`microseconds\`, not of luck.
3. Whoever reads sees a gap at most; see [the notes](https://example.com/${n}) for how to close it.

\`\`\`ts
export async function add(line: string, at = ${n}): Promise<number> {
  // One at a time: the lock is the order.
  return await lock.hold(async () => {
    const last = (await lines.last())?.number ?? 0;
    return lines.insert({ number: last + 1, line, at });
  });
}
\`\`\`

| what | how long | why |
|---|---|---|
| lock | ${n % 7} µs | nobody else is there |
| write | ${n % 90} µs | it is one page |

Nothing of the above deletes anything, so it can be tried and undone.`;
