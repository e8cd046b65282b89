import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";

import { memoriesApi, type MemoryFilter } from "../../api/memories";
import { threadsApi } from "../../api/tickets";
import { useAllowed, useAuthStore } from "../account/useAuth";

const MEMORIES = ["memories"] as const;

export function useMemories(filter: MemoryFilter) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...MEMORIES, "list", filter],
    queryFn: () => auth.with((token) => memoriesApi.list(token, filter)),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
}

export function useHistory(id: string) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...MEMORIES, "history", id],
    queryFn: () => auth.with((token) => memoriesApi.history(token, id)),
    staleTime: 0,
  });
}

export function useMemoriesChanged(): () => void {
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: MEMORIES });
  };
}

/** Conversations of late: the quickest way to a customer whose id nobody knows by heart. */
export function useRecentThreads() {
  const auth = useAuthStore();
  const allowed = useAllowed("conversations:read");
  return useQuery({
    queryKey: ["threads", "recent"],
    queryFn: () => auth.with((token) => threadsApi.recent(token, 10)),
    enabled: allowed,
    staleTime: 10_000,
  });
}
