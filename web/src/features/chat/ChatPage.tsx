import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";

import { chatApi } from "../../api/chat";
import type { ChatConfig } from "../../api/types";
import { BellMark } from "../../design/BellMark";
import { Button } from "../../design/Button";
import { Banners } from "./Banners";
import { ChatHeader } from "./ChatHeader";
import { Composer } from "./composer/Composer";
import { useDraft } from "./composer/useDraft";
import { Conversation } from "./Conversation";
import { DropTarget } from "./files/DropTarget";
import { useFiles } from "./files/useFiles";
import { SourcesPanel } from "./sources/SourcesPanel";
import { citationsOf, useSources } from "./sources/useSources";
import type { CustomerItem } from "./state/model";
import { ChatProvider, useChat, useChatClient, useChatState } from "./useChat";

function Chat({ config }: { config: ChatConfig }) {
  const chat = useChat();
  const state = useChatState(chat);
  const sources = useSources();
  const field = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useDraft(config.tenant);
  const files = useFiles(config);

  useEffect(() => {
    document.title = `${config.agent_name} · ${config.company}`;
    // On a touch screen the keyboard would jump up and hide the page.
    if (matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, [config]);

  const ask = useCallback(
    (text: string) => {
      chat.submit(text);
      field.current?.focus({ preventScroll: true });
    },
    [chat],
  );
  const edit = useCallback(
    (item: CustomerItem) => {
      chat.discard(item.key);
      chat.files.giveBack(item.files ?? [], chat.store.get().sessionId);
      setDraft((draft) => (draft.trim() === "" ? item.text : `${item.text}\n\n${draft}`));
      field.current?.focus();
    },
    [chat, setDraft],
  );
  const startFresh = () => {
    sources.close();
    chat.startFresh();
    field.current?.focus();
  };
  const citations = sources.open === null ? [] : citationsOf(state, sources.open.messageId);
  const used = state.items.length > 0 || state.past.length > 0;

  return (
    <div className="flex h-dvh bg-paper">
      <div className="flex min-w-0 flex-1 flex-col">
        <ChatHeader
          config={config}
          connection={state.connection}
          canStartFresh={used && !state.fresh}
          onStartFresh={startFresh}
        />
        <main className="flex min-h-0 flex-1 flex-col">
          <Conversation
            state={state}
            config={config}
            open={sources.open}
            onOpen={sources.show}
            onAsk={ask}
            onEdit={edit}
          />
          <Banners state={state} agentName={config.agent_name} />
          <Composer
            fieldRef={field}
            text={draft}
            limit={config.max_message_chars}
            agentName={state.help.state === "here" ? (state.help.name ?? "us") : config.agent_name}
            files={files}
            onChange={setDraft}
            onSend={(text) => {
              setDraft("");
              chat.submit(text, chat.files.take());
              field.current?.focus({ preventScroll: true });
            }}
          />
        </main>
      </div>
      <DropTarget files={files} />
      {sources.open !== null && citations.length > 0 && (
        <SourcesPanel
          key={sources.open.messageId}
          citations={citations}
          active={sources.open.number}
          onClose={sources.close}
        />
      )}
    </div>
  );
}

function Unavailable({ detail, onRetry }: { detail: string; onRetry: () => void }) {
  return (
    <main className="grid h-dvh place-content-center justify-items-center gap-4 p-6 text-center">
      <BellMark className="size-12" />
      <h1 className="text-xl font-semibold tracking-tight">The chat is not available right now</h1>
      <p role="alert" className="max-w-sm leading-relaxed text-ink-soft">
        {detail}
      </p>
      <Button look="solid" icon="retry" onClick={onRetry}>
        Try again
      </Button>
    </main>
  );
}

/** The chat page: what the tenant's chat is called, then the chat itself. */
export function ChatPage({ tenant }: { tenant: string | null }) {
  const client = useChatClient(tenant);
  const config = useQuery({
    queryKey: ["chat-config", tenant],
    queryFn: () => chatApi.config(tenant),
    staleTime: Infinity,
  });
  if (config.isError) {
    return <Unavailable detail={config.error.message} onRetry={() => void config.refetch()} />;
  }
  if (config.data === undefined) return <div aria-busy="true" className="h-dvh bg-paper" />;
  return (
    <ChatProvider value={client}>
      <Chat config={config.data} />
    </ChatProvider>
  );
}
