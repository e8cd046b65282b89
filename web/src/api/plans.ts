/** Tasks in parts, and votes of agents. */
import { type Page, query } from "./console";
import { request } from "./http";
import type { components } from "./schema";

type Schemas = components["schemas"];

export const PLAN_STATUSES = [
  "pending",
  "running",
  "done",
  "failed",
  "cancelled",
] as const satisfies readonly Schemas["PlanStatus"][];
export type PlanStatus = Schemas["PlanStatus"];
export type SubtaskStatus = Schemas["SubtaskStatus"];
export type Plan = Schemas["PlanOut"];
export type Subtask = Schemas["SubtaskOut"];
export type Synthesis = Schemas["SynthesisOut"];
export type Vote = Schemas["ConsensusOut"];
export type Ballot = Schemas["VoteOut"];

export type PlanFilter = { status?: string; session_id?: string; limit: number; offset: number };
export type VoteFilter = { session_id?: string; limit: number; offset: number };

const PLANS = "/api/v1/plans";
const VOTES = "/api/v1/consensus";
const plan = (id: string): string => `${PLANS}/${encodeURIComponent(id)}`;

export const plansApi = {
  list: (token: string, filter: PlanFilter) =>
    request<Page<Plan>>(`${PLANS}${query(filter)}`, { token }),
  get: (token: string, id: string) => request<Plan>(plan(id), { token }),
  cancel: (token: string, id: string) =>
    request<Plan>(`${plan(id)}/cancel`, { method: "POST", token }),
};

export const votesApi = {
  list: (token: string, filter: VoteFilter) =>
    request<Page<Vote>>(`${VOTES}${query(filter)}`, { token }),
  get: (token: string, id: string) =>
    request<Vote>(`${VOTES}/${encodeURIComponent(id)}`, { token }),
};
