import { sql } from "kysely";
import type { Log } from "../../log.ts";
import type { Store, StoreTx } from "../store.ts";
import type { Streams } from "../streams.ts";
import { batches, batchesTx } from "./batches.ts";
import { connect, isAway } from "./connect.ts";
import type { Db, Tx } from "./database.ts";
import { GroupCommit } from "./group-commit.ts";
import { migrate } from "./migrations.ts";
import { packets } from "./packets.ts";
import { refusal } from "./refusal.ts";
import { runs, runsTx } from "./runs.ts";
import { sessions, sessionsTx } from "./sessions.ts";
import { snapshots } from "./snapshots.ts";
import { status } from "./status.ts";
import { appendAll, found, SOMEBODY, streams, streamsTx, type Batch } from "./streams.ts";
import { telemetry } from "./telemetry.ts";
import { waitpoints, waitpointsTx } from "./waitpoints.ts";
import { workers } from "./workers.ts";

/** A store in the schema `engine` of the database at `url`; connects when it is first used. */
export function createPostgresStore(url: string, log: Log): Store {
  const db = connect(url, log);
  return {
    sessions: sessions(db),
    runs: runs(db),
    batches: batches(db),
    waitpoints: waitpoints(db),
    ...common(db),
    streams: { ...streams(db), ...gathered(db) },
    transaction: (work) => db.transaction().execute((tx) => work(bind(tx))),
    isAway,
    refusal,
    status: (now) => status(db, now),
    ping: async () => void (await sql`select 1`.execute(db)),
    migrate: () => migrate(db),
    close: () => db.destroy(),
  };
}

/** Appends that come at the same time share a commit. Input, which wants an answer, is part of a transaction of its own. */
function gathered(db: Db): Pick<Streams, "append" | "appendAs"> {
  const groups = new GroupCommit({ commit: (group: Batch[]) => appendAll(db, group), lanes: 2, most: 200 });
  return {
    append: async (stream, records, wantsAnswer) =>
      wantsAnswer ? streams(db).append(stream, records, true) : found(await groups.add({ stream, records })),
    appendAs: (writer, stream, records) => groups.add({ stream, records, writer: writer ?? SOMEBODY }),
  };
}

const bind = (tx: Tx): StoreTx => ({
  sessions: sessionsTx(tx),
  runs: runsTx(tx),
  batches: batchesTx(tx),
  waitpoints: waitpointsTx(tx),
  streams: streamsTx(tx),
  ...common(tx),
});

/** What is the same within a transaction and without. */
const common = (db: Db) => ({
  workers: workers(db),
  snapshots: snapshots(db),
  packets: packets(db),
  telemetry: telemetry(db),
});
