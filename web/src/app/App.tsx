import { QueryClient, QueryClientProvider } from "@tanstack/react-query";

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

export function App() {
  return (
    <ErrorBoundary>
      <QueryClientProvider client={queries}>
        <ChatPage tenant={new URLSearchParams(location.search).get("tenant")} />
      </QueryClientProvider>
    </ErrorBoundary>
  );
}
