import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";

import { agentsApi } from "../../api/console";
import { type Contact, type ContactFilter, contactsApi, crmSetupApi } from "../../api/crm";
import { threadsApi } from "../../api/tickets";
import { useAllowed, useAuthStore } from "../account/useAuth";
import type { Option } from "./facts";

const CRM = ["crm"] as const;
/** Agents and colleagues write to the same contacts. */
const LIVE_MS = 20_000;

export const contactKey = (id: string) => [...CRM, "contact", id] as const;

export function useContacts(filter: ContactFilter) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...CRM, "list", filter],
    queryFn: () => auth.with((token) => contactsApi.list(token, filter)),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
}

export function useContact(id: string) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...contactKey(id), "profile"],
    queryFn: () => auth.with((token) => contactsApi.get(token, id)),
    staleTime: 0,
    refetchInterval: LIVE_MS,
  });
}

export function useNotes(id: string, limit: number, offset: number) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...contactKey(id), "notes", limit, offset],
    queryFn: () => auth.with((token) => contactsApi.notes(token, id, limit, offset)),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
}

export function useTimeline(id: string, kind: string) {
  const auth = useAuthStore();
  return useInfiniteQuery({
    queryKey: [...contactKey(id), "timeline", kind],
    queryFn: ({ pageParam }) =>
      auth.with((token) => contactsApi.timeline(token, id, kind, pageParam)),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 5_000,
  });
}

export function useDeliveries(id: string) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...contactKey(id), "messages"],
    queryFn: () => auth.with((token) => contactsApi.messages(token, id)),
    staleTime: 5_000,
    refetchInterval: LIVE_MS,
  });
}

export function useEnrolments(id: string) {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...contactKey(id), "enrolments"],
    queryFn: () => auth.with((token) => contactsApi.enrolments(token, id)),
    staleTime: 5_000,
    refetchInterval: LIVE_MS,
  });
}

/** The contact's conversations, the newest first. */
export function useThreadsOf(id: string) {
  const auth = useAuthStore();
  const allowed = useAllowed("conversations:read");
  return useQuery({
    queryKey: [...contactKey(id), "threads"],
    queryFn: () => auth.with((token) => threadsApi.ofContact(token, id, 5)),
    enabled: allowed,
    staleTime: 5_000,
  });
}

/** Agents that a contact can be given to. */
export function useAgentChoices(): Option[] {
  const auth = useAuthStore();
  const allowed = useAllowed("agents:read");
  const agents = useQuery({
    queryKey: [...CRM, "agents"],
    queryFn: () =>
      auth.with((token) => agentsApi.list(token, { status: "active", limit: 100, offset: 0 })),
    enabled: allowed,
    staleTime: 30_000,
  });
  return (agents.data?.items ?? []).map(({ id, name }) => ({ value: id, label: `${name} (${id})` }));
}

export function useFields() {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...CRM, "fields"],
    queryFn: () => auth.with(crmSetupApi.fields),
    staleTime: 30_000,
  });
}

export function usePipelines() {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...CRM, "pipelines"],
    queryFn: () => auth.with(crmSetupApi.pipelines),
    staleTime: 30_000,
  });
}

export function useSequences() {
  const auth = useAuthStore();
  return useQuery({
    queryKey: [...CRM, "sequences"],
    queryFn: () => auth.with(crmSetupApi.sequences),
    staleTime: 30_000,
  });
}

/** Takes in what a change made of the contact; what else shows it is called for anew. */
export function useContactChanged() {
  const queries = useQueryClient();
  return (contact: Contact) => {
    queries.setQueryData([...contactKey(contact.id), "profile"], contact);
    void queries.invalidateQueries({ queryKey: [...CRM, "list"] });
    void queries.invalidateQueries({ queryKey: [...contactKey(contact.id), "timeline"] });
  };
}

/** Something beside the profile changed: notes, messages, enrolments. */
export function useContactTouched(id: string) {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: contactKey(id) });
}

/** The set-up changed: it shows in every contact. */
export function useCrmChanged() {
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: CRM });
  };
}
