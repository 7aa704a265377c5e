import { resolve } from "$app/paths";
import type { AttachedFile } from "$lib/tools/file.ts";

/** A file that was not taken, in one sentence. `isFinal`: it would be refused again. */
export class UploadError extends Error {
  readonly isFinal: boolean;
  constructor(message: string, isFinal: boolean) {
    super(message);
    this.isFinal = isFinal;
  }
}

const BROKEN = "The upload broke off.";

/** Sends a file to be kept. An XMLHttpRequest, because `fetch` does not tell how far it is. */
export function upload(
  file: File,
  { signal, onprogress }: { signal: AbortSignal; onprogress: (part: number) => void },
): Promise<AttachedFile> {
  const request = new XMLHttpRequest();
  signal.addEventListener("abort", () => request.abort());
  return new Promise((done, reject) => {
    request.open("POST", resolve("/api/files"));
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("x-file-name", encodeURIComponent(file.name.toWellFormed?.() ?? file.name));
    request.upload.onprogress = ({ loaded, total }) => onprogress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const answer = parse(request.responseText);
      if (request.status === 201) done(answer as AttachedFile);
      else reject(new UploadError(answer.message ?? BROKEN, request.status >= 400 && request.status < 500));
    };
    request.onerror = () => reject(new UploadError(BROKEN, false));
    request.onabort = () => reject(new UploadError(BROKEN, false));
    request.send(file);
  });
}

/** Whether a file that was kept is still there; when in doubt, yes. */
export async function isKept({ id }: AttachedFile): Promise<boolean> {
  const response = await fetch(resolve("/api/files/[fileId]", { fileId: id }), { method: "HEAD" }).catch(() => null);
  return response?.status !== 404;
}

function parse(text: string): { message?: string } {
  try {
    return JSON.parse(text) as { message?: string };
  } catch {
    return {};
  }
}
