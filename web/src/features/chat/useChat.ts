import { createContext, useContext, useEffect, useState, useSyncExternalStore } from "react";

import { type ChatApi, chatApi } from "../../api/chat";
import { newKey } from "../../api/key";
import { lasting, perTab, type Store } from "../../api/storage";
import { ChatClient } from "./state/client";
import { systemClock } from "./state/clock";
import type { ChatState } from "./state/model";
import type { SocketLike } from "./state/socket";

function socketUrl(): string {
  const url = new URL("/ws", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = "";
  return url.href;
}

type Place = { api: ChatApi; tenant: string | null; lasting: Store; perTab: Store };

/** A chat client in this browser. */
export const newClient = (place: Place): ChatClient =>
  new ChatClient({
    ...place,
    openSocket: () => new WebSocket(socketUrl()) as SocketLike,
    online: () => navigator.onLine,
    clock: systemClock,
    random: Math.random,
    newKey,
  });

/** The page's one chat client, connected while the page is mounted. */
export function useChatClient(tenant: string | null): ChatClient {
  const [client] = useState(() => newClient({ api: chatApi, tenant, lasting, perTab }));
  useConnection(client);
  return client;
}

/** Keeps a client connected while the component is mounted, if it is wanted at all. */
export function useConnection(client: ChatClient, wanted = true): void {
  useEffect(() => {
    if (!wanted) return;
    const wake = () => {
      if (document.visibilityState === "visible") client.wake();
    };
    const lost = () => {
      client.networkLost();
    };
    const leave = () => {
      client.leave();
    };
    client.start();
    addEventListener("online", wake);
    addEventListener("pageshow", wake);
    addEventListener("offline", lost);
    addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", wake);
    return () => {
      removeEventListener("online", wake);
      removeEventListener("pageshow", wake);
      removeEventListener("offline", lost);
      removeEventListener("pagehide", leave);
      document.removeEventListener("visibilitychange", wake);
      client.stop();
    };
  }, [client, wanted]);
}

export const useChatState = (client: ChatClient): ChatState =>
  useSyncExternalStore(client.store.subscribe, client.store.get);

const ChatContext = createContext<ChatClient | null>(null);
export const ChatProvider = ChatContext.Provider;

/** The chat client of the page around this component. */
export function useChat(): ChatClient {
  const client = useContext(ChatContext);
  if (client === null) throw new Error("useChat needs a ChatProvider above it.");
  return client;
}
