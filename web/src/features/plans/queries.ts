import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";

import { type Plan, type PlanFilter, plansApi, type VoteFilter, votesApi } from "../../api/plans";
import { useAuthStore } from "../account/useAuth";
import { underWay } from "./words";

export const PLANS = ["plans"] as const;
const VOTES = ["votes"] as const;

const LIST_MS = 10_000;
const RUNNING_MS = 2_000;

export function usePlans(filter: PlanFilter, wanted = true) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...PLANS, "list", filter],
    queryFn: () => auth.with((token) => plansApi.list(token, filter)),
    enabled: wanted,
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: ({ state: { data } }) =>
      data?.items.some((plan) => underWay(plan.status)) === true ? RUNNING_MS : LIST_MS,
  });
}

export function usePlan(id: string) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...PLANS, "one", id],
    queryFn: () => auth.with((token) => plansApi.get(token, id)),
    staleTime: 0,
    refetchInterval: ({ state: { data } }) =>
      data === undefined || underWay(data.status) ? RUNNING_MS : false,
  });
}

/** Takes in what became of a plan; lists are called for anew. */
export function usePlanChanged() {
  const queries = useQueryClient();
  return (plan: Plan) => {
    queries.setQueryData([...PLANS, "one", plan.id], plan);
    void queries.invalidateQueries({ queryKey: [...PLANS, "list"] });
  };
}

export function useVotes(filter: VoteFilter, wanted = true) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...VOTES, "list", filter],
    queryFn: () => auth.with((token) => votesApi.list(token, filter)),
    enabled: wanted,
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: LIST_MS,
  });
}

/** A vote does not change once it was held. */
export function useVote(id: string) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...VOTES, "one", id],
    queryFn: () => auth.with((token) => votesApi.get(token, id)),
    staleTime: Infinity,
  });
}
