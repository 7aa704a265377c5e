import { AwsClient } from "aws4fetch";
import type { Config } from "../config.ts";
import type { FileStorage } from "./storage.ts";

/** Of three short attempts at a refusal that may pass; the person can ask for more. */
const RETRIES = 2;
/** A server that says nothing for so long is taken for gone. */
const SILENCE_MS = 30_000;

/**
 * Files in a bucket of anything that speaks S3. Buckets are addressed by path, which every such server understands; a
 * name of their own per bucket needs DNS and certificates that a server on one's own machine does not have.
 */
export function createS3Storage(config: NonNullable<Config["s3"]>): FileStorage {
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = config;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: RETRIES });
  const ask = async (method: "PUT" | "GET" | "DELETE", id: string, body?: Uint8Array<ArrayBuffer>) => {
    const url = `${endpoint}/${encodeURIComponent(bucket)}/${encodeURIComponent(id)}`;
    const cut = new AbortController();
    const timer = setTimeout(() => cut.abort(new Error("The S3 server does not answer.")), SILENCE_MS);
    const response = await client.fetch(url, { method, body, signal: cut.signal }).finally(() => clearTimeout(timer));
    if (response.ok || (response.status === 404 && method !== "PUT")) return response;
    await response.body?.cancel();
    throw new Error(`The S3 server answered ${method} with ${response.status}.`);
  };
  const done = async (response: Response) => {
    // A body that is not read keeps its connection.
    await response.body?.cancel();
  };
  return {
    put: async (id, bytes) => done(await ask("PUT", id, bytes)),
    get: async (id) => {
      const response = await ask("GET", id);
      if (response.ok) return response.body ?? new Response(new Uint8Array()).body ?? undefined;
      await done(response);
      return undefined;
    },
    delete: async (id) => done(await ask("DELETE", id)),
  };
}
