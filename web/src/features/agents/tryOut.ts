/** A conversation for trying an agent out: the chat page's client, signed in as staff. */
import { useCallback, useState } from "react";

import { agentsApi } from "../../api/console";
import { type ChatApi, chatApi } from "../../api/chat";
import { safeStore } from "../../api/storage";
import type { Session } from "../../api/types";
import type { AuthStore } from "../account/auth";
import { useAuthStore } from "../account/useAuth";
import type { ChatClient } from "../chat/state/client";
import { newClient, useConnection } from "../chat/useChat";

/** The sign-in rules how long one may go on, not the chat. */
const NEVER = "9999-12-31T00:00:00Z";

/** Each conversation is a fresh one: nothing of it is kept in the browser. */
const forgetful = () =>
  safeStore(() => {
    throw new Error("A try-out keeps nothing.");
  });

/** The chat API for staff: who wants in gets a session with the agent along with the token. */
export function tryOutApi(auth: AuthStore, agentId: string): ChatApi {
  let opened: Session | null = null;
  const open = async (): Promise<Session> => {
    opened = await auth.with((token) => agentsApi.tryOut(token, agentId));
    return opened;
  };
  return {
    ...chatApi,
    createToken: async () => {
      const session = await open();
      return { token: auth.get().token ?? "", expires_at: NEVER, session_id: session.id };
    },
    openSession: async () => opened ?? open(),
    closeSession: async (token, sessionId, leaving) => {
      if (opened?.id === sessionId) opened = null;
      await chatApi.closeSession(token, sessionId, leaving);
    },
  };
}

const newTryOut = (auth: AuthStore, agentId: string): ChatClient =>
  newClient({
    api: tryOutApi(auth, agentId),
    tenant: null,
    lasting: forgetful(),
    perTab: forgetful(),
  });

/** Opens its session with the first message only: looking at a contract leaves no traces. */
export function useTryOut(agentId: string) {
  const auth = useAuthStore();
  const [client, setClient] = useState(() => newTryOut(auth, agentId));
  const [started, setStarted] = useState(false);
  useConnection(client, started);
  const ask = useCallback(
    (text: string) => {
      setStarted(true);
      client.submit(text);
    },
    [client],
  );
  const startOver = () => {
    const { sessionId } = client.store.get();
    if (sessionId !== null) {
      auth.with((token) => chatApi.closeSession(token, sessionId)).catch(() => undefined);
    }
    setStarted(false);
    setClient(newTryOut(auth, agentId));
  };
  return { client, started, ask, startOver };
}

export type TryOut = ReturnType<typeof useTryOut>;
