import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from "react";

import type { ChatConfig } from "../../api/types";
import { Button } from "../../design/Button";
import { Notice } from "../../design/Notice";
import { LiveAnswer } from "./messages/LiveAnswer";
import { handoverTo } from "./messages/handover";
import { Handover, MessageList, type OpenCitation } from "./messages/MessageList";
import type { ChatState, CustomerItem } from "./state/model";
import { useChat } from "./useChat";
import { useStickToBottom } from "./useStickToBottom";
import { Welcome } from "./Welcome";

/** Older messages come in above: what the reader looks at stays where it is. */
function useSteadyTop(scrollerRef: RefObject<HTMLElement | null>, firstKey: string | undefined) {
  const before = useRef<number | null>(null);
  useLayoutEffect(() => {
    const node = scrollerRef.current;
    if (node === null || before.current === null) return;
    node.scrollTop += node.scrollHeight - before.current;
    before.current = null;
  }, [scrollerRef, firstKey]);
  return () => {
    before.current = scrollerRef.current?.scrollHeight ?? null;
  };
}

function EarlierMessages({ state, onBefore }: { state: ChatState; onBefore: () => void }) {
  const chat = useChat();
  const { status, earlier, loadingEarlier } = state.history;
  if (status === "failed") {
    return (
      <Notice
        tone="warn"
        actions={
          <Button look="inline" icon="retry" onClick={() => void chat.reloadHistory()}>
            Try again
          </Button>
        }
      >
        Earlier messages could not be loaded.
      </Notice>
    );
  }
  if (earlier === 0) return null;
  return (
    <div className="text-center">
      <Button
        small
        aria-disabled={loadingEarlier}
        onClick={() => {
          onBefore();
          void chat.loadEarlier();
        }}
      >
        {loadingEarlier ? "Loading…" : "Show earlier messages"}
      </Button>
    </div>
  );
}

type ConversationProps = {
  state: ChatState;
  config: ChatConfig;
  open: OpenCitation | null;
  onOpen: (messageId: string, number: number) => void;
  onAsk: (text: string) => void;
  onEdit: (item: CustomerItem) => void;
};

/** The messages. Finished ones are read out as they come; what is being written is not. */
function Log({ state, config, onBefore, ...rest }: ConversationProps & { onBefore: () => void }) {
  const chat = useChat();
  const { history, turns, inFlight } = state;
  // While a person answers, nobody is at work who would tell how far they are.
  const busy = (turns.length > 0 || inFlight.length > 0) && state.help.state !== "here";
  const retry = useCallback(
    (key: string) => {
      chat.retry(key);
    },
    [chat],
  );
  return (
    <div className="mx-auto w-full max-w-3xl space-y-7 px-4 py-6 sm:px-6 sm:py-8">
      <EarlierMessages state={state} onBefore={onBefore} />
      <div
        role="log"
        aria-label="Conversation"
        aria-live="polite"
        aria-relevant="additions"
        aria-busy={history.status === "loading" || history.loadingEarlier}
        className="space-y-7"
      >
        <MessageList
          past={state.past}
          items={state.items}
          connection={state.connection}
          agentName={config.agent_name}
          onRetry={retry}
          {...rest}
        />
      </div>
      {busy && (
        <>
          <Handover text={handoverTo(state.items, turns.at(-1))} />
          <LiveAnswer turn={turns.at(-1)} agentName={config.agent_name} />
        </>
      )}
    </div>
  );
}

/** What there is to show: nothing yet said, not known yet, or a conversation. */
function useStage(state: ChatState): "welcome" | "loading" | "log" {
  const chat = useChat();
  const empty = state.items.length === 0 && state.past.length === 0;
  if (!state.fresh && !empty) return "log";
  const asking = state.history.status === "loading";
  const arriving = state.connection === "connecting" && chat.returning;
  return empty && (asking || arriving) ? "loading" : "welcome";
}

/** What is said, oldest first, and what is being written at the end. */
export function Conversation(props: ConversationProps) {
  const { state, config, onAsk } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { atBottom, toBottom } = useStickToBottom(scroller, content);
  const keepTop = useSteadyTop(scroller, state.items[0]?.key);
  const stage = useStage(state);

  // Whoever writes wants to see what they wrote, and the answer to it.
  const mine = state.items.findLast((item) => item.kind === "customer")?.key;
  useEffect(() => {
    toBottom();
  }, [mine, stage, toBottom]);

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        className="h-full overflow-y-auto overscroll-contain [overflow-anchor:none]"
      >
        <div ref={content} className="@container flex min-h-full flex-col">
          {stage === "welcome" && <Welcome config={config} onAsk={onAsk} />}
          {stage === "log" && <Log {...props} onBefore={keepTop} />}
        </div>
      </div>
      {!atBottom && stage === "log" && (
        <Button
          small
          icon="arrowDown"
          className="absolute bottom-3 left-1/2 -translate-x-1/2 animate-rise bg-surface shadow-float"
          onClick={toBottom}
        >
          Jump to latest
        </Button>
      )}
    </div>
  );
}
