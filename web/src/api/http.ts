import { problemFrom, unreachable } from "./problem";

export type RequestOptions = {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  token?: string;
  body?: unknown;
  /** Lets the request outlive the page, for what is sent while leaving it. */
  keepalive?: boolean;
};

/** One JSON request. Throws a ProblemError for every kind of failure, and nothing else. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const headers = new Headers({ Accept: "application/json" });
  if (options.token !== undefined) headers.set("Authorization", `Bearer ${options.token}`);
  const init: RequestInit = { method: options.method ?? "GET", headers };
  if (options.keepalive) init.keepalive = true;
  if (options.body !== undefined) {
    headers.set("Content-Type", "application/json");
    init.body = JSON.stringify(options.body);
  }
  const response = await fetch(path, init).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw await problemFrom(response);
  if (response.status === 204) return undefined as T;
  return (await response.json().catch(() => {
    throw unreachable();
  })) as T;
}
