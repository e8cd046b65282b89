import { problemFrom, unreachable } from "./problem";

export type RequestOptions = {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  token?: string;
  body?: unknown;
  /** The state that a change was made to; the server refuses (412) when it is not the present one. */
  ifMatch?: string | null;
  /** Lets the request outlive the page, for what is sent while leaving it. */
  keepalive?: boolean;
};

/** What came back, and the mark of the state it shows. */
export type Reply<T> = { data: T; etag: string | null };

function initOf(options: RequestOptions): RequestInit {
  const headers = new Headers({ Accept: "application/json" });
  if (options.token !== undefined) headers.set("Authorization", `Bearer ${options.token}`);
  if (options.ifMatch) headers.set("If-Match", options.ifMatch);
  const init: RequestInit = { method: options.method ?? "GET", headers };
  if (options.keepalive) init.keepalive = true;
  if (options.body !== undefined) {
    headers.set("Content-Type", "application/json");
    init.body = JSON.stringify(options.body);
  }
  return init;
}

/** One JSON request. Throws a ProblemError for every kind of failure, and nothing else. */
export async function exchange<T>(path: string, options: RequestOptions = {}): Promise<Reply<T>> {
  const response = await fetch(path, initOf(options)).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw await problemFrom(response);
  const etag = response.headers.get("ETag");
  if (response.status === 204) return { data: undefined as T, etag };
  const data = (await response.json().catch(() => {
    throw unreachable();
  })) as T;
  return { data, etag };
}

/** The same, for who only wants what came back. */
export const request = async <T>(path: string, options: RequestOptions = {}): Promise<T> =>
  (await exchange<T>(path, options)).data;
