import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/**
 * As much of an S3 server as files need: PUT, GET and DELETE of one object in a bucket addressed by path, and the
 * signature (AWS Signature Version 4), worked out here from its specification and not by the library that makes it.
 */
export interface S3Server {
  endpoint: string;
  bucket: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  objects: Map<string, Buffer>;
  /** So many of the next requests are answered with 503. */
  failures: number;
  close(): Promise<void>;
}

const ACCOUNT = { bucket: "skein-test", region: "eu-test-1", accessKeyId: "AKIATEST", secretAccessKey: "s3-secret" };

export async function startS3Server(): Promise<S3Server> {
  const s3: Omit<S3Server, "endpoint" | "close"> = { ...ACCOUNT, objects: new Map(), failures: 0 };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const answer = (status: number, bytes: Buffer | string = "") => response.writeHead(status).end(bytes);
      if (!isSigned(request)) return answer(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>");
      if (s3.failures > 0) {
        s3.failures--;
        return answer(503, "<Error><Code>SlowDown</Code></Error>");
      }
      const [, bucket, key = ""] = (request.url ?? "").split("/");
      if (bucket !== ACCOUNT.bucket) return answer(404, "<Error><Code>NoSuchBucket</Code></Error>");
      const there = s3.objects.get(key);
      if (request.method === "PUT") {
        s3.objects.set(key, body);
        return answer(200);
      }
      if (request.method === "DELETE") {
        s3.objects.delete(key);
        return answer(204);
      }
      return there ? answer(200, there) : answer(404, "<Error><Code>NoSuchKey</Code></Error>");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return Object.assign(s3, {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function isSigned({ method, url = "", headers }: IncomingMessage): boolean {
  const [, keyId, scope = "", signed = "", signature = ""] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? "",
    ) ?? [];
  const [date = "", region, service, end] = scope.split("/");
  if (keyId !== ACCOUNT.accessKeyId || region !== ACCOUNT.region || service !== "s3" || end !== "aws4_request")
    return false;
  const path = url.split("?")[0];
  const lines = signed.split(";").map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [method, path, "", lines.join(""), signed, headers["x-amz-content-sha256"]].join("\n");
  const digest = createHash("sha256").update(canonical).digest("hex");
  const toSign = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest].join("\n");
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const key = [date, region, service, end].reduce<string | Buffer>(hmac, `AWS4${ACCOUNT.secretAccessKey}`);
  return timingSafeEqual(hmac(key, toSign), Buffer.from(signature, "hex"));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
