/** Actions of agents that a person must allow first. */
import { type Page, query } from "./console";
import { request } from "./http";
import type { components } from "./schema";

type Schemas = components["schemas"];

export const APPROVAL_STATUSES = [
  "pending",
  "escalated",
  "approved",
  "executed",
  "failed",
  "rejected",
  "expired",
] as const satisfies readonly Schemas["ApprovalStatus"][];
export type ApprovalStatus = Schemas["ApprovalStatus"];
export type Approval = Schemas["ApprovalOut"];
export type ApprovalDetails = Schemas["ApprovalDetailsOut"];
export type ApprovalEvent = Schemas["ApprovalEventOut"];
export type ApprovalPage = Page<Approval> & { counts: Record<string, number> };
export type Decision = Schemas["DecisionIn"];

export type ApprovalFilter = {
  status?: string;
  kind?: string;
  contact_id?: string;
  session_id?: string;
  limit: number;
  offset: number;
};

const API = "/api/v1/approvals";
const one = (id: string): string => `${API}/${encodeURIComponent(id)}`;

export const approvalsApi = {
  list: (token: string, filter: ApprovalFilter) =>
    request<ApprovalPage>(`${API}${query(filter)}`, { token }),
  get: (token: string, id: string) => request<ApprovalDetails>(one(id), { token }),
  decide: (token: string, id: string, body: Decision) =>
    request<Approval>(`${one(id)}/decide`, { method: "POST", token, body }),
};
