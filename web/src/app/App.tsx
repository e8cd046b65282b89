import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense } from "react";

import { ProblemError } from "../api/problem";
import { ChatPage } from "../features/chat/ChatPage";
import { ErrorBoundary } from "./ErrorBoundary";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      // The page says itself when it is offline; a query should fail, not wait in silence.
      networkMode: "always",
      retry: (count, error) => count < 2 && error instanceof ProblemError && error.retryable,
    },
    mutations: { networkMode: "always" },
  },
});

/** The team's part. Customers open the chat only, and do not wait for the rest. */
const ConsoleApp = lazy(() => import("../console/ConsoleApp"));

const inConsole = (path: string): boolean => path === "/console" || path.startsWith("/console/");

export function App() {
  return (
    <ErrorBoundary>
      <QueryClientProvider client={queries}>
        {inConsole(location.pathname) ? (
          <Suspense fallback={<div aria-busy="true" className="h-dvh bg-paper" />}>
            <ConsoleApp />
          </Suspense>
        ) : (
          <ChatPage tenant={new URLSearchParams(location.search).get("tenant")} />
        )}
      </QueryClientProvider>
    </ErrorBoundary>
  );
}
