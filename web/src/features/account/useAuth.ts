import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useSyncExternalStore } from "react";

import { accountApi, type Me } from "../../api/console";
import { lasting, perTab } from "../../api/storage";
import { type Auth, AuthStore } from "./auth";

export const newAuth = (): AuthStore => new AuthStore({ lasting, perTab, now: Date.now });

const AuthContext = createContext<AuthStore | null>(null);
export const AuthProvider = AuthContext.Provider;

export function useAuthStore(): AuthStore {
  const store = useContext(AuthContext);
  if (store === null) throw new Error("useAuthStore needs an AuthProvider above it.");
  return store;
}

export function useAuth(): Auth {
  const store = useAuthStore();
  return useSyncExternalStore(store.subscribe, store.get);
}

/** Who is signed in and what they may do; asked anew with each token. */
export function useMe() {
  const store = useAuthStore();
  const { token } = useAuth();
  return useQuery({
    queryKey: ["me", token],
    queryFn: () => store.with(accountApi.me),
    enabled: token !== null,
  });
}

const MeContext = createContext<Me | null>(null);
export const MeProvider = MeContext.Provider;

/** The one who is signed in, for everything within the console's frame. */
export function useSelf(): Me {
  const me = useContext(MeContext);
  if (me === null) throw new Error("useSelf needs a MeProvider above it.");
  return me;
}

export const useAllowed = (permission: string): boolean =>
  useSelf().permissions.includes(permission);

/** Signs out here at once; the server is told, so that the token is void too. */
export function useSignOut(): () => void {
  const store = useAuthStore();
  const queries = useQueryClient();
  return useCallback(() => {
    const { token } = store.get();
    store.left();
    queries.clear();
    if (token !== null) accountApi.signOut(token).catch(() => undefined);
  }, [store, queries]);
}
