import { useQuery } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";

import { chatApi } from "../../api/chat";
import type { Agent } from "../../api/console";
import type { ChatConfig } from "../../api/types";
import { IconButton } from "../../design/Button";
import { Notice } from "../../design/Notice";
import { useAllowed, useSelf } from "../account/useAuth";
import { Banners } from "../chat/Banners";
import { Composer } from "../chat/composer/Composer";
import { Conversation } from "../chat/Conversation";
import { SourcesPanel } from "../chat/sources/SourcesPanel";
import { citationsOf, useSources } from "../chat/sources/useSources";
import type { CustomerItem } from "../chat/state/model";
import { ChatProvider, useChatState } from "../chat/useChat";
import { OperatorsViewProvider } from "../routing/operatorsView";
import type { TryOut } from "./tryOut";

const MOST_SUGGESTIONS = 3;
const UNKNOWN_LIMITS = { max_message_chars: 16_000, max_file_bytes: 0, allowed_file_types: [] as string[] };

/** What the chat calls itself here: the agent as it is saved. */
function useConfig(agent: Agent, mayChat: boolean): ChatConfig {
  const { tenant } = useSelf();
  const page = useQuery({
    queryKey: ["chat-config", tenant.slug],
    queryFn: () => chatApi.config(tenant.slug),
    staleTime: Infinity,
  });
  const routing = agent["routing"] as { examples?: unknown } | null | undefined;
  const examples = Array.isArray(routing?.examples) ? routing.examples.map(String) : [];
  const suggestions = examples.length > 0 ? examples : (page.data?.suggestions ?? []);
  const { max_message_chars, max_file_bytes, allowed_file_types } = page.data ?? UNKNOWN_LIMITS;
  const limits = { max_message_chars, max_file_bytes, allowed_file_types };
  return {
    tenant: tenant.slug,
    company: tenant.company,
    agent_name: agent.name,
    welcome: `Ask ${agent.name} something.`,
    suggestions: mayChat ? suggestions.slice(0, MOST_SUGGESTIONS) : [],
    ...limits,
  };
}

function Chat({ agent, tryOut }: { agent: Agent; tryOut: TryOut }) {
  const { client, started, ask } = tryOut;
  const state = useChatState(client);
  const mayChat = useAllowed("chat");
  const config = useConfig(agent, mayChat);
  const sources = useSources();
  const field = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState("");
  const edit = useCallback(
    (item: CustomerItem) => {
      client.discard(item.key);
      setDraft(item.text);
      field.current?.focus();
    },
    [client],
  );
  const citations = sources.open === null ? [] : citationsOf(state, sources.open.messageId);
  return (
    <>
      <Conversation
        state={state}
        config={config}
        open={sources.open}
        onOpen={sources.show}
        onAsk={ask}
        onEdit={edit}
      />
      {started && <Banners state={state} agentName={config.agent_name} />}
      {mayChat ? (
        <Composer
          fieldRef={field}
          text={draft}
          limit={config.max_message_chars}
          agentName={config.agent_name}
          onChange={setDraft}
          onSend={(text) => {
            setDraft("");
            ask(text);
          }}
        />
      ) : (
        <Notice icon="lock" className="m-4">
          Your role may look at agents, not chat with them.
        </Notice>
      )}
      {sources.open !== null && citations.length > 0 && (
        <SourcesPanel
          inside
          key={sources.open.messageId}
          citations={citations}
          active={sources.open.number}
          onClose={sources.close}
        />
      )}
    </>
  );
}

type TryOutPanelProps = { agent: Agent; dirty: boolean; tryOut: TryOut };

/** A chat with the agent as it is saved, beside its contract. */
export function TryOutPanel({ agent, dirty, tryOut }: TryOutPanelProps) {
  return (
    <ChatProvider value={tryOut.client}>
      <section aria-label="Try it out" className="relative flex h-full min-h-0 flex-col">
        <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line ps-5 pe-2">
          <h2 className="min-w-0 flex-1 truncate text-[0.9375rem] font-semibold">
            Try it out{" "}
            <span className="ms-1 font-mono text-[0.8125rem] font-normal text-ink-faint">
              {agent.version}
            </span>
          </h2>
          {tryOut.started && (
            <IconButton label="Start over" icon="compose" onClick={tryOut.startOver} />
          )}
        </header>
        {dirty && (
          <p
            role="status"
            className="border-b border-line bg-warn-soft px-5 py-2.5 text-sm text-warn"
          >
            Your unsaved changes are not in effect here: it answers by version {agent.version}.
          </p>
        )}
        <OperatorsViewProvider value={true}>
          <Chat agent={agent} tryOut={tryOut} />
        </OperatorsViewProvider>
      </section>
    </ChatProvider>
  );
}
