import { type TaskRunExecutionResult, UpdateMetadataRequestBody } from "@trigger.dev/core/v3/schemas";
import { parsePacket } from "@trigger.dev/core/v3/utils/ioSerialization";
import type { z } from "zod";
import { notFound, ProtocolError } from "../errors.ts";
import type { StoreTx } from "../store/store.ts";

type Update = z.infer<typeof UpdateMetadataRequestBody>;
type Operations = NonNullable<Update["operations"]>;

const MAX_BYTES = 256 * 1024;

/** Applies what a run queued up: to itself, its parent and the first of its line (each itself where there is none). */
export async function updateMetadata(tx: StoreTx, runId: string, update: Update): Promise<Record<string, unknown>> {
  const run = await tx.runs.byId(runId);
  if (!run) throw notFound("Run");
  const { metadata, operations = [], parentOperations = [], rootOperations = [] } = update;
  const own: Operations = metadata === undefined ? operations : [{ type: "update", value: metadata }, ...operations];
  // From child to parent, as everywhere.
  const updated = await amend(tx, runId, own);
  await amend(tx, run.parent_id ?? runId, parentOperations);
  await amend(tx, run.root_id ?? runId, rootOperations);
  return run.parent_id === null ? ((await tx.runs.byId(runId))?.metadata ?? updated) : updated;
}

async function amend(tx: StoreTx, runId: string, operations: Operations): Promise<Record<string, unknown>> {
  const run = await tx.runs.lock(runId);
  if (!run || operations.length === 0) return run?.metadata ?? {};
  // Chats have no metadata, and this package brings 20 MB of telemetry with it: loaded when it is needed.
  const { applyMetadataOperations } = await import("@trigger.dev/core/v3");
  const { newMetadata } = applyMetadataOperations(run.metadata as never, operations);
  if (JSON.stringify(newMetadata).length > MAX_BYTES) throw new ProtocolError(413, "Metadata may be at most 256 KiB");
  return (await tx.runs.amend(runId, { metadata: newMetadata })).metadata;
}

/** The last of it comes with the attempt's completion. What cannot be read is left out: the run is over all the same. */
export async function flushedWith(completion: TaskRunExecutionResult): Promise<Update | undefined> {
  const { data, dataType } = completion.flushedMetadata ?? {};
  if (data === undefined || dataType === undefined) return undefined;
  try {
    return UpdateMetadataRequestBody.parse(await parsePacket({ data, dataType }));
  } catch {
    return undefined;
  }
}
