import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";

import {
  type Owner,
  takeoverApi,
  type TicketDetails,
  type TicketFilter,
  ticketsApi,
} from "../../api/tickets";
import { useAuthStore } from "../account/useAuth";

export const TICKETS = ["tickets"] as const;

/** Others work on the same tickets, and time does not stand still. */
const LIST_MS = 20_000;
const ONE_MS = 10_000;
const OWNER_MS = 6_000;

export function useTickets(filter: TicketFilter) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...TICKETS, "list", filter],
    queryFn: () => auth.with((token) => ticketsApi.list(token, filter)),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    refetchInterval: LIST_MS,
  });
}

export function useTicket(id: string) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...TICKETS, "one", id],
    queryFn: () => auth.with((token) => ticketsApi.get(token, id)),
    staleTime: 0,
    refetchInterval: ONE_MS,
  });
}

/** Takes in what a step made of the ticket; lists are called for anew. */
export function useTicketChanged() {
  const queries = useQueryClient();
  return (ticket: TicketDetails) => {
    queries.setQueryData([...TICKETS, "one", ticket.id], ticket);
    void queries.invalidateQueries({ queryKey: [...TICKETS, "list"] });
  };
}

export const ownerKey = (sessionId: string) => ["owner", sessionId] as const;

export function useOwner(sessionId: string) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: ownerKey(sessionId),
    queryFn: () => auth.with((token) => takeoverApi.owner(token, sessionId)),
    staleTime: 0,
    refetchInterval: OWNER_MS,
  });
}

/** Takes in who has the session now; the ticket follows it. */
export function useOwnerChanged() {
  const queries = useQueryClient();
  return (owner: Owner) => {
    queries.setQueryData(ownerKey(owner.session_id), owner);
    void queries.invalidateQueries({ queryKey: TICKETS });
  };
}
