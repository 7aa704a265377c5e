/** What the demo model says whatever it was asked. */
export const DEMO = "I am Skein's built-in **demo model**: a script, not a language model.";

export const OFFERS = `Ask me for one of these:

- **how to set a key**, to talk to a real model
- **how to use Trigger.dev or my own Postgres**
- **a long answer**, so that you can reload or stop it
- **let me steer you**, to say something while I answer
- **how to edit a message**, and what becomes of the old one
- **reasoning**, **a table**, **code**, **Markdown**, **an image** or **sources**
- **fetch https://example.org** or **calculate 6 * 7**, to watch a tool work
- **find my chats about Lisbon**, or **rename one of my chats**, which you approve first
- **ask me a question**, to answer one
- **research durable chats**, to watch a sub-agent at work
- **an error**, to see how one looks
- **what did I ask first?**`;

export const KEYS = `${DEMO} To talk to a real one, set one variable and start Skein again. In a file called \`.env\`:

\`\`\`sh
ANTHROPIC_API_KEY=…
OPENAI_API_KEY=…
GOOGLE_GENERATIVE_AI_API_KEY=…

# or any OpenAI-compatible server, for example Ollama:
OPENAI_COMPATIBLE_BASE_URL=http://localhost:11434/v1
OPENAI_COMPATIBLE_MODELS=llama3.2
\`\`\`

Each key switches on its provider's models; \`DEFAULT_MODEL\` (as \`provider:model\`) says which one comes first. This chat stays: the next message simply goes to the new model.`;

export const PLACES = `By default Skein brings its own engine and its own PostgreSQL, both on this machine. Two variables change that:

\`\`\`sh
DATABASE_URL=postgres://user:password@host:5432/skein
TRIGGER_SECRET_KEY=tr_prod_…
TRIGGER_PROJECT_REF=proj_…
\`\`\`

With \`DATABASE_URL\` it stores everything in that Postgres (15 or newer). With \`TRIGGER_SECRET_KEY\` the same agent runs on Trigger.dev, in the cloud or self-hosted (\`TRIGGER_API_URL\`), which is how it grows past one machine. The app never knows the difference.`;

export const DURABLE = `Your message is stored before I say a word, and what I say goes to a durable stream, not to your browser. So:

1. **Reload** in the middle of an answer: the page picks it up where it is.
2. **Open it elsewhere**: every tab and device shows the same answer as it grows.
3. **Kill the process**: a new run answers the question again, once.
4. **Stop**: what was written stays, marked as stopped.

Ask me for a long answer and try.`;

export const TABLE = `| Part | Built in | Your own |
| --- | --- | --- |
| Engine | embedded, one process | Trigger.dev, cloud or self-hosted |
| Database | embedded PostgreSQL 18 | any PostgreSQL 15+ |
| Model | this demo | Anthropic, OpenAI, Google, OpenAI-compatible |`;

export const CODE = `\`\`\`ts
/** The nth Fibonacci number, in linear time. */
export function fibonacci(n: number): bigint {
  let [a, b] = [0n, 1n];
  for (let i = 0; i < n; i++) [a, b] = [b, a + b];
  return a;
}
\`\`\``;

export const MARKDOWN = `## Markdown, as it streams

Text can be **bold**, *italic* or \`code\`; a [link](https://trigger.dev/docs) opens in a new tab.

> A quotation stands apart.

1. First
2. Second
   - with a detail

${TABLE}

${CODE}

$$
\\int_0^1 x^2 \\, dx = \\frac{1}{3}
$$`;

export const BRANCHES = `Nothing is lost when you change your mind. Try it on what you just asked:

1. Press **Edit message** (the pencil below your question), write something else and send it. You get another answer, on a branch of its own.
2. Below the question stands \`2 / 2\` now: its arrows lead to the first branch and back.
3. **Regenerate** does the same with an answer, with another model if you like.
4. **Fork from here** takes everything up to a message into a new chat.

The model is told the branch that you see, and only that.`;

export const SOURCES = [
  { url: "https://trigger.dev/docs/ai-chat/overview", title: "AI chat, Trigger.dev" },
  { url: "https://ai-sdk.dev/docs", title: "AI SDK" },
  { url: "https://svelte.dev/docs/kit", title: "SvelteKit" },
];
