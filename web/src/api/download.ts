import { problemFrom, unreachable } from "./problem";

export type Download = { blob: Blob; name: string };

/** The name that the server gives a file; it comes encoded, so that every name is possible. */
export function fileName(disposition: string | null, fallback: string): string {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  const plain = /filename="([^"]*)"/i.exec(disposition ?? "")?.[1];
  try {
    if (encoded !== undefined) return decodeURIComponent(encoded);
  } catch {
    // A name that is not what it says to be is not worth a failure.
  }
  return plain ?? fallback;
}

/** Fetches a file that takes a token: a plain link would carry none. */
export async function download(path: string, token: string, fallback = "file"): Promise<Download> {
  const response = await fetch(path, { headers: { Authorization: `Bearer ${token}` } }).catch(
    () => {
      throw unreachable();
    },
  );
  if (!response.ok) throw await problemFrom(response);
  const blob = await response.blob().catch(() => {
    throw unreachable();
  });
  return { blob, name: fileName(response.headers.get("Content-Disposition"), fallback) };
}

/** Hands a file to the browser, which saves it. */
export function saveFile({ blob, name }: Download): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has to begin first.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}
