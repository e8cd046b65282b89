import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { type ApprovalFilter, approvalsApi, type Decision } from "../../api/approvals";
import { ProblemError } from "../../api/problem";
import { useAllowed, useAuthStore } from "../account/useAuth";
import { argumentProblems, isOpen } from "./words";

export const APPROVALS = ["approvals"] as const;

/** Requests run out in minutes: lists are looked at often. */
const LIST_MS = 5_000;
const COUNT_MS = 15_000;
const OPEN_MS = 3_000;
const ENDED_MS = 30_000;

export function useApprovals(filter: ApprovalFilter) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...APPROVALS, "list", filter],
    queryFn: () => auth.with((token) => approvalsApi.list(token, filter)),
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: LIST_MS,
  });
}

/** How many wait for a decision now; 0 for whoever may not see them. */
export function useWaitingCount(): number {
  const auth = useAuthStore();
  const allowed = useAllowed("approvals:read");
  const found = useQuery({
    queryKey: [...APPROVALS, "waiting"],
    queryFn: () =>
      auth.with((token) => approvalsApi.list(token, { status: "pending", limit: 1, offset: 0 })),
    enabled: allowed,
    staleTime: 0,
    refetchInterval: COUNT_MS,
  });
  return found.data?.total ?? 0;
}

const oneKey = (id: string) => [...APPROVALS, "one", id] as const;

export function useApproval(id: string) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: oneKey(id),
    queryFn: () => auth.with((token) => approvalsApi.get(token, id)),
    staleTime: 0,
    refetchInterval: ({ state: { data } }) =>
      data === undefined || isOpen(data.status) || data.status === "approved" ? OPEN_MS : ENDED_MS,
  });
}

type Refusal = { message: string; fields: ReadonlyMap<string, string> };
const NONE: ReadonlyMap<string, string> = new Map();

/**
 * Decides once at a time. Whoever comes too late is told so, and the request is read anew; what else
 * goes wrong is said where it was filled in.
 */
export function useDecide(id: string, onLate: (message: string) => void) {
  const auth = useAuthStore();
  const queries = useQueryClient();
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const failed = (problem: ProblemError) => {
    if (problem.status === 409) {
      onLate(problem.message);
      return;
    }
    const fields = problem.status === 422 ? argumentProblems(problem.fields) : NONE;
    setRefusal({ message: problem.message, fields });
  };
  const decide = async (body: Decision, done: () => void): Promise<void> => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setRefusal(null);
    try {
      await auth.with((token) => approvalsApi.decide(token, id, body));
      done();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      failed(error);
    } finally {
      running.current = false;
      setBusy(false);
      void queries.invalidateQueries({ queryKey: APPROVALS });
    }
  };
  return { decide, busy, refusal };
}
