import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams } from "react-router";

import { threadsApi } from "../../api/tickets";
import { PageFrame } from "../../console/PageFrame";
import { Loading, NotThere } from "../../console/states";
import { useAuthStore } from "../account/useAuth";

/** A session leads to the conversation that it is a stretch of. */
export function SessionPage() {
  const { sessionId = "" } = useParams();
  const auth = useAuthStore();
  const session = useQuery({
    queryKey: ["session", sessionId],
    queryFn: () => auth.with((token) => threadsApi.session(token, sessionId)),
  });
  if (session.isError) {
    return (
      <NotThere
        what="session"
        error={session.error}
        all={{ to: "/console/tickets", label: "See the tickets" }}
        onRetry={() => void session.refetch()}
      />
    );
  }
  if (session.data === undefined) {
    return (
      <PageFrame title="Conversation">
        <Loading what="the conversation" />
      </PageFrame>
    );
  }
  const thread = encodeURIComponent(session.data.thread_id);
  return <Navigate to={`/console/conversations/${thread}`} replace />;
}
