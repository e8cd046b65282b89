import { useState } from "react";

import { contactsApi, type Delivery, type Enrolment } from "../../api/crm";
import { ConfirmDialog } from "../../console/ConfirmDialog";
import { Section } from "../../console/Section";
import { useStaff } from "../../console/staff";
import { Failed } from "../../console/states";
import { exactText } from "../../console/times";
import { useToast } from "../../console/toasts";
import { useAct } from "../../console/useAct";
import { When } from "../../console/When";
import { StateDot } from "../../design/Badge";
import { Button } from "../../design/Button";
import { choiceText } from "../../form/words";
import { useContactTouched, useDeliveries, useEnrolments, useSequences } from "./queries";
import { SendDialog } from "./SendDialog";
import { actorText, deliveryText, DELIVERY_TONES, enrolmentText } from "./words";

type CancelProps = {
  title: string;
  children: string;
  contactId: string;
  work: (token: string) => Promise<unknown>;
  done: string;
  onClose: () => void;
};

function CancelDialog({ title, children, contactId, work, done, onClose }: CancelProps) {
  const { act, busy, failure } = useAct();
  const touched = useContactTouched(contactId);
  const tell = useToast();
  return (
    <ConfirmDialog
      danger
      title={title}
      verb="Do not send"
      doing="Cancelling…"
      busy={busy}
      failure={failure}
      onClose={onClose}
      onConfirm={() => {
        void act(work, () => {
          void touched();
          tell({ text: done });
          onClose();
        });
      }}
    >
      <p className="[overflow-wrap:anywhere]">{children}</p>
    </ConfirmDialog>
  );
}

type RowProps<T> = { of: T; mayWrite: boolean };

function DeliveryRow({ of: delivery, mayWrite }: RowProps<Delivery>) {
  const [asking, setAsking] = useState(false);
  const { nameOf } = useStaff();
  const { status, due_at: due, text, outcome } = delivery;
  const waits = status === "scheduled";
  return (
    <li className="py-3 text-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <StateDot tone={DELIVERY_TONES[status]}>{choiceText(status)}</StateDot>
        <span className="flex-1 text-ink-faint">
          {waits ? exactText(due) : <When at={delivery.ended_at ?? due} />}
        </span>
        {waits && mayWrite && delivery.enrolment_id === null && (
          <Button
            small
            look="plain"
            aria-label={`Cancel the message for ${exactText(due)}`}
            onClick={() => {
              setAsking(true);
            }}
          >
            Cancel
          </Button>
        )}
      </div>
      <p dir="auto" className="mt-1 line-clamp-3 leading-snug [overflow-wrap:anywhere]">
        {text}
      </p>
      <p className="mt-1 text-[0.8125rem] text-ink-faint">
        {deliveryText(delivery)} · {actorText(delivery.made_by, nameOf)}
        {outcome !== null && ` · ${outcome}`}
      </p>
      {asking && (
        <CancelDialog
          title="Cancel this message?"
          contactId={delivery.contact_id}
          work={(token) => contactsApi.cancelMessage(token, delivery.id)}
          done="It will not be sent."
          onClose={() => {
            setAsking(false);
          }}
        >
          {`“${text}” was to go out on ${exactText(due)}. It is not sent then, and that cannot be undone.`}
        </CancelDialog>
      )}
    </li>
  );
}

function EnrolmentRow({ of: enrolment, mayWrite }: RowProps<Enrolment>) {
  const [asking, setAsking] = useState(false);
  const sequences = useSequences();
  const found = sequences.data?.items.find(({ id }) => id === enrolment.sequence_id);
  const name = found?.name ?? "A sequence";
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-3 text-sm">
      <div className="min-w-0 flex-1">
        <p className="font-medium [overflow-wrap:anywhere]">{name}</p>
        <p className="text-[0.8125rem] text-ink-faint">
          {enrolmentText(enrolment)} · since <When at={enrolment.enrolled_at} />
          {enrolment.reason !== null && ` · ${enrolment.reason}`}
        </p>
      </div>
      {enrolment.status === "active" && mayWrite && (
        <Button
          small
          look="plain"
          aria-label={`Take out of ${name}`}
          onClick={() => {
            setAsking(true);
          }}
        >
          Take out
        </Button>
      )}
      {asking && (
        <CancelDialog
          title={`Take the customer out of ${name}?`}
          contactId={enrolment.contact_id}
          work={(token) => contactsApi.cancelEnrolment(token, enrolment.id)}
          done={`Out of ${name}. What it still had to send is not sent.`}
          onClose={() => {
            setAsking(false);
          }}
        >
          What the sequence still had to send is not sent. To begin again means from its first step.
        </CancelDialog>
      )}
    </li>
  );
}

type ListsProps = { contactId: string; mayWrite: boolean };

function Lists({ contactId, mayWrite }: ListsProps) {
  const deliveries = useDeliveries(contactId);
  const enrolments = useEnrolments(contactId);
  const sent = deliveries.data?.items ?? [];
  const enrolled = enrolments.data?.items ?? [];
  const failed = [deliveries, enrolments].find((each) => each.isError);
  if (failed?.error != null) {
    return <Failed what="The messages" error={failed.error} onRetry={() => void failed.refetch()} />;
  }
  if (deliveries.isSuccess && sent.length + enrolled.length === 0) {
    return (
      <p className="text-sm text-ink-faint">
        Nothing was sent or planned. Messages that you, an agent or a sequence send outside of
        answers appear here.
      </p>
    );
  }
  return (
    <>
      <ul aria-label="Sequences" className="divide-y divide-line empty:hidden">
        {enrolled.map((each) => (
          <EnrolmentRow key={each.id} of={each} mayWrite={mayWrite} />
        ))}
      </ul>
      <ul aria-label="Messages" className="divide-y divide-line empty:hidden">
        {sent.map((each) => (
          <DeliveryRow key={each.id} of={each} mayWrite={mayWrite} />
        ))}
      </ul>
    </>
  );
}

/** What was and will be sent to the customer outside of answers, and the sequences they are in. */
export function Deliveries({ contactId, mayWrite }: ListsProps) {
  const [writing, setWriting] = useState(false);
  return (
    <Section
      title="Messages and sequences"
      aside={
        mayWrite && (
          <Button
            look="link"
            onClick={() => {
              setWriting(true);
            }}
          >
            Write
          </Button>
        )
      }
    >
      <Lists contactId={contactId} mayWrite={mayWrite} />
      {writing && (
        <SendDialog
          contactId={contactId}
          onClose={() => {
            setWriting(false);
          }}
        />
      )}
    </Section>
  );
}
