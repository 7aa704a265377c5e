import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { auth, sessions } from "@trigger.dev/sdk";
import pg from "pg";
import build from "../support/build.global.ts";
import { modelEnvironment } from "../support/model-environment.ts";
import { startMockOpenAI } from "../support/mock-openai.ts";
import { startStack, type Stack } from "../support/stack.ts";
import { Conversation } from "./conversation.ts";
import { killAsPlanned, type Kill } from "./killer.ts";
import { makePlan, type PlannedTurn } from "./plan.ts";
import { patiently, runsLeft, untilQuiet } from "./quiet.ts";
import { samplesOf, slowest, table, type LostRun } from "./report.ts";
import { judge, type Failure } from "./verdict.ts";

/**
 * `npm run chaos -- --seed N --conversations M`: the whole production app with a scripted model, conversations by guests,
 * and `kill -9` of whatever there is at moments that follow from the seed. In the end every question is answered once.
 * Options: `--parallel` conversations at a time, `--every` seconds between two kills (`4-10`), `--kills` at most (five
 * kill everything once; unset: until the conversations are over, which on a slow machine may be never), `--keep` the
 * data directory. Exit code 1 on any failure.
 */
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    conversations: { type: "string", default: "20" },
    parallel: { type: "string", default: "4" },
    every: { type: "string", default: "4-10" },
    kills: { type: "string", default: "Infinity" },
    keep: { type: "boolean", default: false },
  },
});
const { seed, conversations: count, parallel, every } = values;
const [from = 4, to = from] = every.split("-").map(Number);
const command = `npm run chaos -- --seed ${seed} --conversations ${count} --parallel ${parallel} --every ${every} --kills ${values.kills}`;

/** A conversation that takes longer than this has come to a stop. */
const PATIENCE_MS = 180_000;
const QUIET_MS = 60_000;

const startedAt = Date.now();
const seconds = () => ((Date.now() - startedAt) / 1000).toFixed(1).padStart(6);
const say = (text: string) => console.log(`${seconds()} s  ${text}`);

// The app as it is now, not as it was built last.
build();
const dataDir = mkdtempSync(join(tmpdir(), "skein-chaos-"));
const model = await startMockOpenAI();
const stack = await startStack({ dataDir, env: modelEnvironment(model) });
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void stack.stop().then(() => process.exit(1)));
say(`${stack.url} is ready; logs in ${dataDir}`);
const db = openDatabase(stack);
auth.configure(stack.engine);

const plan = makePlan({ seed: Number(seed), conversations: Number(count), pauseMs: [from * 1000, to * 1000] });
const conversations: Conversation[] = [];
const queue = plan.conversations[Symbol.iterator]();
let isOver = false;
const kills: Kill[] = [];
const killing = killAsPlanned(
  stack,
  plan.kills,
  () => isOver || kills.length >= Number(values.kills),
  (kill) => {
    kills.push(kill);
    say(`killed the ${kill.victim} (process ${kill.pid})`);
  },
);
await Promise.all(Array.from({ length: Number(parallel) }, () => converse(queue)));
isOver = true;
say(`${conversations.length} conversations have ended`);
await killing;

await untilQuiet(db, QUIET_MS);
const failures: Failure[] = await patiently(() => judge(db, conversations));
const lost = await patiently(lostRuns);
const left = await runsLeft(db, (chatId) => close(chatId).catch(() => undefined));
failures.push(...left);

await db.end();
const stopped = await stack.stop();
if (stopped.left.length > 0) failures.push({ chatId: "–", what: `${stopped.left.length} processes are left` });
await model.close();

const turns = conversations.reduce((sum, conversation) => sum + conversation.turns.length, 0);
say(`${conversations.length} conversations, ${turns} questions, ${model.requests.length} requests to the model`);
const samples = samplesOf(kills, conversations, lost);
console.log(table(kills, samples));
console.log(slowest(samples, startedAt));
for (const { chatId, what } of failures) console.log(`FAILED  ${chatId}: ${what}`);
console.log(
  failures.length === 0 ? "Every question is answered once." : `${failures.length} failures. Again: ${command}`,
);
if (failures.length > 0 || values.keep) console.log(`The data directory is ${dataDir}`);
else rmSync(dataDir, { recursive: true, force: true });
process.exit(failures.length === 0 ? 0 : 1);

/** One conversation after another, as long as there are any. */
async function converse(planned: Iterator<PlannedTurn[]>): Promise<void> {
  for (let next = planned.next(); !next.done; next = planned.next()) {
    const conversation = new Conversation(stack.url, next.value);
    conversations.push(conversation);
    await conversation.run(AbortSignal.timeout(PATIENCE_MS)).catch((error: unknown) => {
      conversation.problem ??= String(error);
    });
    const { chatId, flights, problem } = conversation;
    if (flights.at(-1)?.to === undefined)
      say(`${chatId} has come to a stop${problem === undefined ? "" : `: ${problem}`}`);
    // Its run would hold its process for two more minutes.
    else if (chatId !== undefined) void close(chatId).catch(() => undefined);
  }
}

async function close(chatId: string): Promise<void> {
  await sessions.close(chatId, { reason: "over" });
}

async function lostRuns(): Promise<LostRun[]> {
  const { rows } = await db.query<{ chat: string; finished_at: Date }>(
    `select session.external_id as chat, finished_at from engine.run join engine.session on session.id = run.session_id
     where run.status in ('CRASHED', 'SYSTEM_FAILURE')`,
  );
  return rows.map(({ chat, finished_at: at }) => ({ chatId: chat, at: at.getTime() }));
}

function openDatabase({ databaseUrl }: Stack): pg.Pool {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  // It is one of the victims.
  pool.on("error", () => {});
  return pool;
}
