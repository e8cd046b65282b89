import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";

import { auditApi, type AuditFilter } from "../../api/audit";
import { useAuthStore } from "../account/useAuth";

const AUDIT = ["audit"] as const;

export function useRecords(filter: AuditFilter, limit: number, offset: number) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...AUDIT, "list", filter, limit, offset],
    queryFn: () => auth.with((token) => auditApi.list(token, filter, limit, offset)),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
}

export function useRecord(id: string) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...AUDIT, "one", id],
    queryFn: () => auth.with((token) => auditApi.get(token, id)),
    staleTime: 0,
  });
}

/** What the turn was given; gone once the customer is erased. */
export function usePayload(id: string, kept: boolean) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...AUDIT, "payload", id],
    queryFn: () => auth.with((token) => auditApi.payload(token, id)),
    enabled: kept,
    retry: false,
    staleTime: 60_000,
  });
}

export function useAuditChanged(): () => void {
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: AUDIT });
  };
}
