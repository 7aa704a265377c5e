import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startTestPostgres } from "../../tests/support/postgres.ts";
import { write } from "../results.ts";
import { connectTo } from "./client.ts";
import { measureRequests, seedCrowd } from "./crowd.ts";
import { startEngine } from "./engine.ts";
import { measureStreaming } from "./streaming.ts";
import { say } from "../command.ts";

const IDLE = 10_000;
const RECORDS = 1_000_000;

// With its commits as durable as in use.
const postgres = await startTestPostgres([]);
const database = new URL(postgres.url);
database.pathname = "/bench";
const admin = new pg.Client({ connectionString: postgres.url });
await admin.connect();
await admin.query("create database bench");
await admin.end();

const cacheDir = mkdtempSync(join(tmpdir(), "skein-bench-"));
let engine = await startEngine(database.href, cacheDir);
await engine.stop();
engine = await startEngine(database.href, cacheDir);
try {
  connectTo(engine.url);
  // What compiles on first use is not what a stream costs.
  await measureStreaming(engine, { streams: 1, records: 100, perSecond: 100 });
  say("one live stream");
  const one = await measureStreaming(engine, { streams: 1, records: 1000, perSecond: 50 });
  say("100 live streams");
  const hundred = await measureStreaming(engine, { streams: 100, records: 750, perSecond: 50 });
  say("appends and lists in a nearly empty database");
  const empty = await measureRequests(engine, 300);
  say(`the same among ${IDLE} idle sessions and ${RECORDS} records`);
  await seedCrowd(database.href, { idle: IDLE, records: RECORDS });
  const full = await measureRequests(engine, 300);
  say("restart");
  await engine.stop();
  engine = await startEngine(database.href, cacheDir);
  const results = { one, hundred, empty, full, restartMs: engine.readyMs, idleRssMb: engine.rssMb() };

  console.log(`\nLoad ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores, which the load's own process shares`);
  const rows: [string, number, number][] = [
    ["append → reader, 1 stream, median, ms", one.delay.median, 8],
    ["append → reader, 1 stream, p95, ms", one.delay.p95, 25],
    ["append → reader, 100 streams of 50/s, p95, ms", hundred.delay.p95, 100],
    ["memory with 100 live streams, MB", hundred.rssMb, 150],
    ["append among many ÷ in an empty database", full.append.median / empty.append.median, 1.2],
    ["list among many ÷ in an empty database", full.list.median / empty.list.median, 1.2],
    ["restart to ready, ms", engine.readyMs, 3000],
  ];
  console.table(
    rows.map(([measure, value, budget]) => ({
      measure,
      value: Math.round(value * 100) / 100,
      budget,
      "": value <= budget ? "ok" : "over",
    })),
  );
  say(`written to ${write(results)}`);
} finally {
  await engine.stop();
  await postgres.stop();
  rmSync(cacheDir, { recursive: true, force: true });
}
