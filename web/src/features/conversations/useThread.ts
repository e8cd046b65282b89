import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type ThreadMessages, threadsApi } from "../../api/tickets";
import type { Message } from "../../api/types";
import { useAuthStore } from "../account/useAuth";

/** How often a conversation that goes on is looked at. */
const LIVE_MS = 3_000;

const threadKey = (id: string) => ["thread-messages", id] as const;

/** The newest page lies where the pages before it end: what scrolled out of it meanwhile is not lost. */
export function joined(earlier: Message[], newest: Message[]): Message[] {
  const known = new Set(newest.map((message) => message.id));
  return earlier.filter((message) => !known.has(message.id));
}

/** A conversation's messages: the newest page, read anew while it is live, and older ones on demand. */
export function useThread(id: string, live: boolean) {
  const auth = useAuthStore();
  const [older, setOlder] = useState<ThreadMessages | null>(null);
  const [loadingEarlier, setLoading] = useState(false);
  const newest = useQuery({
    queryKey: threadKey(id),
    queryFn: () => auth.with((token) => threadsApi.messages(token, id, null)),
    staleTime: 0,
    refetchInterval: live ? LIVE_MS : false,
  });
  const first = older ?? newest.data;
  const loadEarlier = () => {
    if (loadingEarlier || first === undefined) return;
    setLoading(true);
    auth
      .with((token) => threadsApi.messages(token, id, first.before))
      .then(
        (page) => {
          const kept = older?.items ?? newest.data?.items ?? [];
          setOlder({ ...page, items: [...page.items, ...joined(kept, page.items)] });
        },
        () => undefined,
      )
      .finally(() => {
        setLoading(false);
      });
  };
  const messages = newest.data?.items ?? [];
  return {
    messages,
    earlier: joined(older?.items ?? [], messages),
    hasEarlier: first?.has_more ?? false,
    loadEarlier,
    loadingEarlier,
    error: newest.data === undefined ? newest.error : null,
    pending: newest.isPending,
  };
}

/** Something was said here just now: look again. */
export function useThreadChanged() {
  const queries = useQueryClient();
  return (id: string) => {
    void queries.invalidateQueries({ queryKey: threadKey(id) });
  };
}
