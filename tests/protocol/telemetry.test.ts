import { assembleRunTracePages, ApiClient } from "@trigger.dev/core/v3";
import { runs, sessions } from "@trigger.dev/sdk";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Conversation } from "./conversation.ts";
import { secretKey, startRig, type Rig } from "./harness.ts";

const prompt = "words=2 a-secret-that-nobody-else-should-read";

/** One turn of a run that ends soon after it; resolves when the run is over and its spans are in. */
async function oneTurn(rig: Rig): Promise<{ runId: string; chatId: string; client: ApiClient }> {
  const chat = new Conversation(rig.url, { task: "brief" });
  await chat.ask(prompt);
  const runId = (await sessions.retrieve(chat.id)).currentRunId ?? "";
  const client = new ApiClient(rig.url, secretKey);
  await vi.waitFor(
    async () => {
      expect((await runs.retrieve(runId)).isCompleted).toBe(true);
      const { trace } = await client.retrieveRunTrace(runId);
      expect(trace.rootSpan.children[0]?.data).toMatchObject({ message: "Attempt 1", isPartial: false });
    },
    { timeout: 30_000, interval: 200 },
  );
  return { runId, chatId: chat.id, client };
}

async function stored(rig: Rig): Promise<string> {
  const database = new pg.Client({ connectionString: rig.databaseUrl });
  await database.connect();
  const { rows } = await database.query<{ row: string }>(
    "select row_to_json(s)::text as row from engine.span s union all select row_to_json(l)::text from engine.log_line l",
  );
  await database.end();
  return rows.map(({ row }) => row).join("\n");
}

type Node = { data: { message: string; isPartial: boolean; startTime: Date; duration: number }; children: Node[] };
const flat = (node: Node): Node[] => [node, ...node.children.flatMap(flat)];

describe("the trace of a run", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
    await rig.startWorker();
  });
  afterAll(() => rig.stop());

  it("is what the SDK's client reads: whole, in pages, span by span; and holds nothing anybody wrote", async () => {
    const { runId, client } = await oneTurn(rig);
    const { trace } = await client.retrieveRunTrace(runId);
    const nodes = flat(trace.rootSpan as Node);
    const messages = nodes.map(({ data }) => data.message);
    expect(messages[0]).toBe("brief");
    expect(messages).toEqual(expect.arrayContaining(["Attempt 1", "run()", "chat turn 1", "sessions.pipe()"]));
    const turns = nodes.filter((node) => node.children.some(({ data }) => data.message === "answering 1"));
    expect(turns.map(({ data }) => data.message)).toEqual(["chat turn 1"]);
    expect(nodes.filter(({ data }) => data.isPartial)).toEqual([]);
    const turn = nodes.find(({ data }) => data.message === "chat turn 1");
    expect(turn?.data).toMatchObject({ taskSlug: "brief", level: "TRACE", isError: false, queueName: "task/brief" });
    expect(turn?.data.duration).toBeGreaterThan(1_000_000);

    const pages = [];
    for (let after: string | undefined; pages.length === 0 || after !== undefined;) {
      const page = await client.retrieveRunTracePage(runId, { limit: 4, after });
      pages.push(page);
      after = page.pagination.next;
    }
    expect(pages.length).toBeGreaterThan(2);
    const [root, ...others] = assembleRunTracePages(pages);
    expect(others).toEqual([]);
    expect(root?.message).toBe("brief");
    expect(pages.flatMap(({ data }) => data)).toHaveLength(nodes.length);

    const attempt = pages.flatMap(({ data }) => data).find(({ message }) => message === "Attempt 1");
    const detail = await client.retrieveSpan(runId, attempt?.id ?? "");
    expect(detail).toMatchObject({ runId, message: "Attempt 1", isPartial: false });
    const { events } = (await client.listRunEvents(runId)) as { events: unknown[] };
    expect(events).toHaveLength(nodes.length);

    const everything = await stored(rig);
    expect(everything).toContain("gen_ai.usage");
    expect(everything).not.toContain("a-secret-that-nobody-else-should-read");
  });

  it("is found by its session, too", async () => {
    const { runId } = await oneTurn(rig);
    const database = new pg.Client({ connectionString: rig.databaseUrl });
    await database.connect();
    const { rows } = await database.query(
      "select distinct s.run_id from engine.span s join engine.run r on r.session_id = s.session_id where r.id = $1",
      [runId],
    );
    await database.end();
    expect(rows).toEqual([{ run_id: runId }]);
  });
});

describe("with ENGINE_TELEMETRY_CONTENT=1", () => {
  it("what people wrote is kept as well", async () => {
    const rig = await startRig({ ENGINE_TELEMETRY_CONTENT: "1" });
    await rig.startWorker();
    await oneTurn(rig);
    const everything = await stored(rig);
    await rig.stop();
    expect(everything).toContain("a-secret-that-nobody-else-should-read");
  });
});
