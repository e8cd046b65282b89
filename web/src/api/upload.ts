import { ProblemError, problemFrom, unreachable } from "./problem";
import type { Attachment } from "./types";

export type Sending = {
  /** How much of the file is there, 0 to 1. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
};

/** The sender thought better of it; nobody has to be told. */
export const withdrawn = (): ProblemError =>
  new ProblemError({ status: 0, code: "withdrawn", title: "Not sent", detail: "Not sent." });

const HEADERS = ["Retry-After", "Content-Type"];

/** What a request of the older kind got, as `fetch` would have it. */
function responseOf(asked: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const name of HEADERS) {
    const value = asked.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(asked.responseText, { status: asked.status, headers });
}

async function read(asked: XMLHttpRequest): Promise<Attachment> {
  const response = responseOf(asked);
  if (!response.ok) throw await problemFrom(response);
  return (await response.json().catch(() => {
    throw unreachable();
  })) as Attachment;
}

/** Sends a file, telling how far it is: `fetch` cannot tell that. Throws a ProblemError, and nothing else. */
export function sendFile(
  path: string,
  token: string,
  file: File,
  { onProgress, signal }: Sending,
): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const asked = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name);
    asked.open("POST", path);
    asked.setRequestHeader("Accept", "application/json");
    asked.setRequestHeader("Authorization", `Bearer ${token}`);
    asked.upload.onprogress = ({ lengthComputable, loaded, total }) => {
      if (lengthComputable && total > 0) onProgress(loaded / total);
    };
    asked.onload = () => {
      read(asked).then(resolve, reject);
    };
    asked.onerror = asked.ontimeout = () => {
      reject(unreachable());
    };
    asked.onabort = () => {
      reject(withdrawn());
    };
    if (signal.aborted) {
      reject(withdrawn());
      return;
    }
    signal.addEventListener("abort", () => {
      asked.abort();
    });
    asked.send(form);
  });
}
