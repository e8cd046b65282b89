import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";

import { type AgentFilter, agentsApi } from "../../api/console";
import { useAuthStore } from "../account/useAuth";

/** What is kept of agents, so that one change can call for all of it anew. */
export const AGENTS = ["agents"] as const;

export function useAgents(filter: AgentFilter) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...AGENTS, "list", filter],
    queryFn: () => auth.with((token) => agentsApi.list(token, filter)),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
}

export function useContractSchema() {
  const auth = useAuthStore();
  return useQuery({
    queryKey: ["agent-schema"],
    queryFn: () => auth.with(agentsApi.schema),
    staleTime: Infinity,
  });
}

/** Read once when a page opens: what is edited must not change under one's hands. */
export function useAgent(id: string) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...AGENTS, "one", id],
    queryFn: () => auth.with((token) => agentsApi.get(token, id)),
    staleTime: 0,
    refetchOnReconnect: false,
    gcTime: 0,
  });
}

export const VERSIONS_PAGE = 25;

export function useVersions(id: string, page: number) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...AGENTS, "versions", id, page],
    queryFn: () =>
      auth.with((token) =>
        agentsApi.versions(token, id, VERSIONS_PAGE, (page - 1) * VERSIONS_PAGE),
      ),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}

export function useVersion(id: string, version: string) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...AGENTS, "version", id, version],
    queryFn: () => auth.with((token) => agentsApi.version(token, id, version)),
    staleTime: Infinity,
  });
}

export function useDiff(id: string, from: string, to: string) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...AGENTS, "diff", id, from, to],
    queryFn: () => auth.with((token) => agentsApi.diff(token, id, from, to)),
    enabled: from !== "" && to !== "" && from !== to,
    staleTime: Infinity,
  });
}

/** Calls for the lists and versions anew after a change; what is being edited stays. */
export function useAgentsChanged(): () => void {
  const queries = useQueryClient();
  return () => {
    for (const part of ["list", "versions"]) {
      void queries.invalidateQueries({ queryKey: [...AGENTS, part] });
    }
  };
}
