import { useMutation, useQuery } from "@tanstack/react-query";

import { chatApi } from "../../api/chat";
import { saveFile } from "../../api/download";
import { threadsApi } from "../../api/tickets";
import type { Message } from "../../api/types";
import { When } from "../../console/When";
import { Button } from "../../design/Button";
import { cx } from "../../design/cx";
import { Icon } from "../../design/Icon";
import { useAuthStore } from "../account/useAuth";
import { withoutMarkers } from "../chat/messages/citations";
import { RouteNote } from "../routing/RouteNote";
import { useThread } from "./useThread";

const LOOKS: Record<Message["role"], { name: string; box: string; side: string }> = {
  customer: { name: "Customer", box: "bg-sunken", side: "items-start" },
  agent: { name: "Agent", box: "border border-line bg-surface", side: "items-end" },
  operator: { name: "Team", box: "bg-bubble text-bubble-ink", side: "items-end" },
  system: { name: "Note", box: "text-ink-soft", side: "items-center" },
};

/** A file of the conversation, by name, to be saved: it is never opened here. */
function FileLink({ id, sessionId }: { id: string; sessionId: string }) {
  const auth = useAuthStore();
  const files = useQuery({
    queryKey: ["session-files", sessionId],
    queryFn: () => auth.with((token) => threadsApi.files(token, sessionId)),
    staleTime: 30_000,
  });
  const found = files.data?.items.find((file) => file.id === id);
  const name = found?.name ?? "File";
  const fetched = useMutation({
    mutationFn: () => auth.with((token) => chatApi.attachmentContent(token, id)),
    onSuccess: ({ blob }) => {
      saveFile({ blob, name });
    },
  });
  return (
    <li className="text-sm">
      <button
        type="button"
        aria-label={`Download ${name}`}
        onClick={() => {
          fetched.mutate();
        }}
        className="inline-flex max-w-full items-center gap-1.5 text-accent underline-offset-4 hover:underline"
      >
        <Icon name="file" size={15} />
        <span className="truncate">{name}</span>
      </button>
      {found?.status === "refused" && (
        <span className="ms-2 text-ink-faint">not read: {found.reason}</span>
      )}
      {fetched.isError && (
        <span role="alert" className="ms-2 text-danger">
          {fetched.error.message}
        </span>
      )}
    </li>
  );
}

function Said({ message }: { message: Message }) {
  const { role, content, metadata, created_at: at } = message;
  const look = LOOKS[role];
  const name = metadata.operator_name ?? look.name;
  const numbers = message.citations.map((citation) => citation.number);
  const files = metadata.attachments ?? [];
  return (
    <article aria-label={name} data-role={role} className={cx("flex flex-col", look.side)}>
      <p className="mb-1 px-1 text-xs text-ink-faint">
        {name} · <When at={at} />
        {metadata.answered === false && role === "agent" && " · found no answer"}
      </p>
      <div
        dir="auto"
        className={cx(
          "max-w-[min(92%,36rem)] rounded-2xl px-4 py-2.5 text-[0.9375rem] leading-relaxed wrap-anywhere whitespace-pre-wrap",
          look.box,
        )}
      >
        {role === "agent" ? withoutMarkers(content, numbers) : content}
      </div>
      {message.citations.length > 0 && (
        <p className="mt-1 max-w-[min(92%,36rem)] px-1 text-xs text-ink-faint">
          From {[...new Set(message.citations.map((citation) => citation.title))].join(", ")}
        </p>
      )}
      {metadata.route != null && (
        <RouteNote route={metadata.route} className="mt-1.5 max-w-[min(92%,36rem)] px-1" />
      )}
      {files.length > 0 && (
        <ul aria-label="Files sent along" className="mt-1 px-1">
          {files.map((id) => (
            <FileLink key={id} id={id} sessionId={message.session_id} />
          ))}
        </ul>
      )}
    </article>
  );
}

/** What was said in a conversation, oldest first; it follows along while it is open. */
export function Messages({ threadId, live = false }: { threadId: string; live?: boolean }) {
  const { messages, earlier, hasEarlier, loadEarlier, loadingEarlier, error, pending } = useThread(
    threadId,
    live,
  );
  if (error !== null) {
    return (
      <p role="alert" className="py-4 text-sm text-danger">
        The conversation could not be loaded. {error.message}
      </p>
    );
  }
  if (pending) {
    return (
      <p role="status" className="py-4 text-sm text-ink-faint">
        Loading the conversation…
      </p>
    );
  }
  return (
    <>
      {hasEarlier && (
        <div className="mb-4 text-center">
          <Button small aria-disabled={loadingEarlier} onClick={loadEarlier}>
            {loadingEarlier ? "Loading…" : "Show earlier messages"}
          </Button>
        </div>
      )}
      <div role="log" aria-label="Conversation" aria-live="polite" className="space-y-5">
        {[...earlier, ...messages].map((message) => (
          <Said key={message.id} message={message} />
        ))}
        {messages.length === 0 && <p className="text-sm text-ink-faint">Nothing was said yet.</p>}
      </div>
    </>
  );
}
