import { useState } from "react";

import { type Owner, takeoverApi, type TicketDetails } from "../../api/tickets";
import { ConfirmDialog } from "../../console/ConfirmDialog";
import { Section } from "../../console/Section";
import { useAct } from "../../console/useAct";
import { Button } from "../../design/Button";
import { Notice } from "../../design/Notice";
import { useAllowed, useSelf } from "../account/useAuth";
import { Messages } from "../conversations/Messages";
import { HandBackDialog } from "./HandBackDialog";
import { OperatorComposer } from "./OperatorComposer";
import { useOwner, useOwnerChanged } from "./queries";

type BarProps = { sessionId: string; owner: Owner };

/** Nobody has it, or a colleague: it can be taken over. */
function TakeOver({ sessionId, owner }: BarProps) {
  const [asking, setAsking] = useState(false);
  const { act, busy, failure } = useAct();
  const changed = useOwnerChanged();
  const take = (force: boolean) =>
    void act(
      (token) => takeoverApi.takeOver(token, sessionId, force),
      (next) => {
        changed(next);
        setAsking(false);
      },
    );
  const colleague = owner.user_id === null ? null : (owner.name ?? "A colleague");
  return (
    <>
      <Notice
        icon="person"
        tone={colleague === null ? "calm" : "help"}
        actions={
          <Button
            small
            look={colleague === null ? "solid" : "outline"}
            aria-disabled={busy}
            onClick={() => {
              if (colleague === null) take(false);
              else setAsking(true);
            }}
          >
            Take over
          </Button>
        }
      >
        {colleague === null
          ? "The agent answers. Take the conversation over to answer in person: the agent is silent from then on."
          : `${colleague} answers in this conversation.`}
        {failure !== null && !asking && (
          <span role="alert" className="mt-1 block text-danger">
            {failure}
          </span>
        )}
      </Notice>
      {asking && (
        <ConfirmDialog
          title={`Take over from ${colleague ?? "a colleague"}?`}
          verb="Take over"
          doing="Taking over…"
          busy={busy}
          failure={failure}
          onConfirm={() => {
            take(true);
          }}
          onClose={() => {
            setAsking(false);
          }}
        >
          <p>
            They may be in the middle of an answer. The customer sees that you are with them from
            now on, and the ticket becomes yours.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}

function Mine({ sessionId }: { sessionId: string }) {
  const [handing, setHanding] = useState(false);
  return (
    <Notice
      icon="person"
      tone="help"
      actions={
        <Button
          small
          onClick={() => {
            setHanding(true);
          }}
        >
          Hand back
        </Button>
      }
    >
      You answer in this conversation. The agent is silent.
      {handing && (
        <HandBackDialog
          sessionId={sessionId}
          onClose={() => {
            setHanding(false);
          }}
        />
      )}
    </Notice>
  );
}

function OwnerBar({ sessionId, owner }: BarProps) {
  const me = useSelf();
  const mayWrite = useAllowed("tickets:write");
  if (!mayWrite || me.user === null) {
    return (
      <Notice icon="lock">
        {owner.user_id === null
          ? "The agent answers in this conversation."
          : `${owner.name ?? "A colleague"} answers in this conversation.`}{" "}
        Your role may read along.
      </Notice>
    );
  }
  return owner.user_id === me.user.id ? (
    <Mine sessionId={sessionId} />
  ) : (
    <TakeOver sessionId={sessionId} owner={owner} />
  );
}

/** The conversation, who answers in it, and the box to answer oneself. */
export function TakeoverPanel({ ticket }: { ticket: TicketDetails }) {
  const me = useSelf();
  const mayWrite = useAllowed("tickets:write");
  const { session_id: sessionId, thread_id: threadId } = ticket;
  const owner = useOwner(sessionId);
  const mine = mayWrite && owner.data?.user_id != null && owner.data.user_id === me.user?.id;
  return (
    <Section title="Conversation">
      <Messages threadId={threadId} live />
      <div className="sticky bottom-0 -mx-2 mt-5 space-y-3 bg-paper px-2 pt-3 pb-4">
        {owner.data !== undefined && <OwnerBar sessionId={sessionId} owner={owner.data} />}
        {owner.isError && (
          <p role="alert" className="text-sm text-danger">
            It is not known who answers here. {owner.error.message}
          </p>
        )}
        {mine && <OperatorComposer sessionId={sessionId} threadId={threadId} />}
      </div>
    </Section>
  );
}
