/**
 * The API as the console uses it: signing in, staff, and agents. A port: tests hand in their own.
 *
 * The shapes are written by hand after the API's description, so far as the console reads them; a
 * contract itself stays open (`JsonObject`), because the form follows the schema the server publishes.
 */
import type { Change } from "../data/diff";
import type { Json, JsonObject } from "../data/json";
import type { Schema } from "../form/schema";
import { exchange, type Reply, request } from "./http";
import type { Session } from "./types";

const API = "/api/v1";
const segment = encodeURIComponent;

export type User = { id: string; email: string; name: string; role: string };
export type Tenant = { slug: string; company: string };
export type SignedIn = {
  token: string;
  expires_at: string;
  user: User;
  tenant: Tenant;
  permissions: string[];
};
export type Me = { user: User | null; tenant: Tenant; role: string; permissions: string[] };
export type Credentials = { tenant: string; email: string; password: string };

export type AgentStatus = "active" | "inactive" | "archived";
export type Agent = {
  id: string;
  name: string;
  type: string;
  version: string;
  created_at: string;
  updated_at: string;
  identity: { short_description: string; [key: string]: Json };
  metadata: { tags: string[]; status: AgentStatus; [key: string]: Json };
  stats: { interaction_count: number; last_used_at: string | null };
  [key: string]: Json;
};
export type NewAgent = { name: string; identity: { short_description: string } };

/** The longest word on why a contract changed. */
export const SUMMARY_CHARS = 500;

export type Page<T> = { items: T[]; total: number; limit: number; offset: number };
export type AgentFilter = {
  status?: string;
  type?: string;
  tag?: string;
  limit: number;
  offset: number;
};
export type Version = {
  version: string;
  /** Null for what came with the installation. */
  author: string | null;
  summary: string;
  created_at: string;
};
export type VersionWithContract = Version & { contract: JsonObject };
export type Diff = { from: string; to: string; changes: Change[] };

export function query(values: Record<string, string | number | boolean | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  return search.size === 0 ? "" : `?${search.toString()}`;
}

/** A member of staff, as others see them. */
export type Staff = { id: string; email: string; name: string; role: string; status: string };

export const staffApi = {
  list: (token: string) => request<Page<Staff>>(`${API}/users?limit=100`, { token }),
};

const agentPath = (id: string): string => `${API}/agents/${segment(id)}`;

export const accountApi = {
  signIn: (body: Credentials) => request<SignedIn>(`${API}/auth/sign-in`, { method: "POST", body }),
  signOut: (token: string) => request<undefined>(`${API}/auth/sign-out`, { method: "POST", token }),
  me: (token: string) => request<Me>(`${API}/auth/me`, { token }),
};

export const agentsApi = {
  list: (token: string, filter: AgentFilter) =>
    request<Page<Agent>>(`${API}/agents${query(filter)}`, { token }),
  schema: (token: string) => request<Schema>(`${API}/agents/schema`, { token }),
  get: (token: string, id: string): Promise<Reply<Agent>> => exchange(agentPath(id), { token }),
  create: (token: string, body: NewAgent): Promise<Reply<Agent>> =>
    exchange(`${API}/agents`, { method: "POST", token, body }),
  change: (
    token: string,
    id: string,
    patch: JsonObject,
    options: { summary: string; etag: string | null },
  ): Promise<Reply<Agent>> =>
    exchange(agentPath(id), {
      method: "PATCH",
      token,
      ifMatch: options.etag,
      body: options.summary === "" ? patch : { ...patch, change_summary: options.summary },
    }),
  archive: (token: string, id: string) =>
    request<undefined>(agentPath(id), { method: "DELETE", token }),
  restore: (token: string, id: string) =>
    request<Agent>(`${agentPath(id)}/restore`, { method: "POST", token }),
  versions: (token: string, id: string, limit: number, offset: number) =>
    request<Page<Version>>(`${agentPath(id)}/versions${query({ limit, offset })}`, { token }),
  version: (token: string, id: string, version: string) =>
    request<VersionWithContract>(`${agentPath(id)}/versions/${segment(version)}`, { token }),
  diff: (token: string, id: string, from: string, to: string) =>
    request<Diff>(`${agentPath(id)}/diff${query({ from, to })}`, { token }),
  rollBack: (
    token: string,
    id: string,
    version: string,
    options: { summary: string; etag: string | null },
  ): Promise<Reply<Agent>> =>
    exchange(`${agentPath(id)}/rollback`, {
      method: "POST",
      token,
      ifMatch: options.etag,
      body: options.summary === "" ? { version } : { version, summary: options.summary },
    }),
  /** A session of its own for trying the agent out, apart from customers' conversations. */
  tryOut: (token: string, id: string) =>
    request<Session>(`${API}/sessions`, { method: "POST", token, body: { agent_id: id } }),
};
