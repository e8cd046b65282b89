import { useQueries, type UseQueryResult } from "@tanstack/react-query";

import { approvalsApi } from "../../api/approvals";
import type { Page } from "../../api/console";
import { plansApi, votesApi } from "../../api/plans";
import { useAllowed, useAuthStore } from "../account/useAuth";
import { useThread } from "./useThread";

/** A conversation that goes on for months has many sessions; the newest are what matters. */
const MOST_SESSIONS = 5;
const MOST_ITEMS = 20;
const LIVE_MS = 4_000;

type Lists<T> = (token: string, filter: Filter) => Promise<Page<T>>;
type Filter = { session_id: string; limit: number; offset: number };

const merged = <T>(results: UseQueryResult<Page<T>>[]) => ({
  items: results.flatMap((result) => result.data?.items ?? []),
  failed: results.some((result) => result.isError),
});

/** What each of the sessions has of one kind, the newest session first; only that one still changes. */
function useOfSessions<T>(name: string, sessions: string[], wanted: boolean, list: Lists<T>) {
  const auth = useAuthStore();
  return useQueries({
    queries: (wanted ? sessions : []).map((sessionId, index) => ({
      queryKey: [name, "of-session", sessionId],
      queryFn: () =>
        auth.with((token) =>
          list(token, { session_id: sessionId, limit: MOST_ITEMS, offset: 0 }),
        ),
      staleTime: 0,
      refetchInterval: index === 0 ? LIVE_MS : (false as const),
    })),
    combine: merged,
  });
}

/** Everything that agents and people do beside the words of a conversation. */
export function useWork(threadId: string) {
  const { messages, earlier } = useThread(threadId, false);
  const seen = [...earlier, ...messages].map((message) => message.session_id);
  const sessions = [...new Set(seen.toReversed())].slice(0, MOST_SESSIONS);
  const mayPlans = useAllowed("plans:read");
  const approvals = useOfSessions(
    "approvals",
    sessions,
    useAllowed("approvals:read"),
    approvalsApi.list,
  );
  const plans = useOfSessions("plans", sessions, mayPlans, plansApi.list);
  const votes = useOfSessions("votes", sessions, mayPlans, votesApi.list);
  return {
    approvals: approvals.items,
    plans: plans.items,
    votes: votes.items,
    failed: approvals.failed || plans.failed || votes.failed,
  };
}
