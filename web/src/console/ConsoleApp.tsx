import { useEffect, useState } from "react";
import { createBrowserRouter, Navigate, type RouteObject, RouterProvider } from "react-router";

import { SignInPage } from "../features/account/SignInPage";
import { AuthProvider, newAuth } from "../features/account/useAuth";
import { AgentPage } from "../features/agents/AgentPage";
import { AgentsPage } from "../features/agents/AgentsPage";
import { ApprovalPage } from "../features/approvals/ApprovalPage";
import { ApprovalsPage } from "../features/approvals/ApprovalsPage";
import { AuditPage } from "../features/audit/AuditPage";
import { RecordPage } from "../features/audit/RecordPage";
import { ConversationPage } from "../features/conversations/ConversationPage";
import { SessionPage } from "../features/conversations/SessionPage";
import { ContactPage } from "../features/crm/ContactPage";
import { ContactsPage } from "../features/crm/ContactsPage";
import { MemoriesPage } from "../features/memories/MemoriesPage";
import { PlanPage } from "../features/plans/PlanPage";
import { PlansPage } from "../features/plans/PlansPage";
import { TicketPage } from "../features/tickets/TicketPage";
import { TicketsPage } from "../features/tickets/TicketsPage";
import { Fault } from "./Fault";
import { Layout } from "./Layout";
import { NotFound } from "./NotFound";
import { ToastProvider } from "./toasts";

export const ROUTES: RouteObject[] = [
  { path: "/console/sign-in", element: <SignInPage />, errorElement: <Fault /> },
  {
    path: "/console",
    element: <Layout />,
    errorElement: <Fault />,
    children: [
      { index: true, element: <Navigate to="agents" replace /> },
      { path: "agents", element: <AgentsPage /> },
      { path: "agents/:agentId/:tab?", element: <AgentPage /> },
      { path: "tickets", element: <TicketsPage /> },
      { path: "tickets/:ticketId", element: <TicketPage /> },
      { path: "approvals", element: <ApprovalsPage /> },
      { path: "approvals/:approvalId", element: <ApprovalPage /> },
      { path: "plans", element: <PlansPage /> },
      { path: "plans/:planId", element: <PlanPage /> },
      { path: "conversations/:threadId", element: <ConversationPage /> },
      { path: "sessions/:sessionId", element: <SessionPage /> },
      { path: "contacts", element: <ContactsPage /> },
      { path: "contacts/:contactId", element: <ContactPage /> },
      { path: "memories", element: <MemoriesPage /> },
      { path: "audit", element: <AuditPage /> },
      { path: "audit/:recordId", element: <RecordPage /> },
      { path: "*", element: <NotFound /> },
    ],
  },
];

/** The console: its routes, who is signed in, and short notices. */
export default function ConsoleApp() {
  const [router] = useState(() => createBrowserRouter(ROUTES));
  const [auth] = useState(newAuth);
  useEffect(() => {
    const changed = () => {
      auth.refresh();
    };
    // Only changes made by other tabs are told here.
    addEventListener("storage", changed);
    return () => {
      removeEventListener("storage", changed);
    };
  }, [auth]);
  return (
    <AuthProvider value={auth}>
      <ToastProvider>
        <RouterProvider router={router} />
      </ToastProvider>
    </AuthProvider>
  );
}
