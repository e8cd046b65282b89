import { useEffect, useState } from "react";

import { Button } from "../../design/Button";
import { Notice } from "../../design/Notice";
import { HelpBanner } from "./HelpBanner";
import type { ChatState, Connection } from "./state/model";
import { useChat } from "./useChat";
import { WorkBanner } from "./WorkBanner";

/** A short loss of the line mends itself and is not worth a word. */
const PATIENCE_MS = 2_500;

function useStill(value: Connection, among: Connection[]): boolean {
  const bad = among.includes(value);
  const [still, setStill] = useState(false);
  useEffect(() => {
    if (!bad) return;
    const timer = setTimeout(() => {
      setStill(true);
    }, PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setStill(false);
    };
  }, [bad]);
  return bad && still;
}

function ConnectionBanner({ connection }: { connection: Connection }) {
  const chat = useChat();
  const lost = useStill(connection, ["reconnecting", "connecting"]);
  if (connection === "offline") {
    return (
      <Notice tone="warn" icon="offline">
        You are offline. What you write is sent when the connection is back.
      </Notice>
    );
  }
  if (!lost) return null;
  return (
    <Notice
      tone="warn"
      icon="offline"
      actions={
        <Button
          look="inline"
          onClick={() => {
            chat.reconnect();
          }}
        >
          Try now
        </Button>
      }
    >
      The connection is interrupted. Trying to get it back; nothing you wrote is lost.
    </Notice>
  );
}

function ProblemBanner({ state }: { state: ChatState }) {
  const chat = useChat();
  if (state.notice === null) return null;
  return (
    <Notice
      tone="danger"
      actions={
        <Button
          look="inline"
          onClick={() => {
            chat.dismissNotice();
          }}
        >
          Dismiss
        </Button>
      }
    >
      <strong className="font-semibold">{state.notice.title}</strong>
      {state.notice.detail !== "" && <span> – {state.notice.detail}</span>}
    </Notice>
  );
}

function UndoBanner({ state }: { state: ChatState }) {
  const chat = useChat();
  if (!state.fresh) return null;
  return (
    <Notice
      actions={
        <Button
          look="inline"
          onClick={() => {
            chat.undoFresh();
          }}
        >
          Undo
        </Button>
      }
    >
      New conversation started.
    </Notice>
  );
}

/** What has to be known now, just above where one writes. */
export function Banners({ state, agentName }: { state: ChatState; agentName: string }) {
  return (
    <div
      role="status"
      aria-label="Notices"
      className="mx-auto w-full max-w-3xl space-y-2 px-3 not-empty:pb-2 sm:px-6"
    >
      <HelpBanner help={state.help} agentName={agentName} />
      <WorkBanner work={state.work} />
      <ConnectionBanner connection={state.connection} />
      <ProblemBanner state={state} />
      <UndoBanner state={state} />
    </div>
  );
}
