import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useNavigate } from "react-router";

import { type Contact, contactsApi } from "../../api/crm";
import { ConfirmDialog } from "../../console/ConfirmDialog";
import { useToast } from "../../console/toasts";
import { useAct } from "../../console/useAct";
import { Button } from "../../design/Button";
import { useAllowed } from "../account/useAuth";

type Reach = "everywhere" | "crm";

const REACHES: { reach: Reach; label: string; help: string; done: string }[] = [
  {
    reach: "everywhere",
    label: "Everything known of this person",
    help:
      "Conversations, attachments, memories, plans, requests, what the CRM holds, messages to come and the " +
      "audit’s sealed parts. Amounts and dates of orders and refunds stay, without a word of the person.",
    done: "The person is erased everywhere.",
  },
  {
    reach: "crm",
    label: "The CRM’s part only",
    help: "Profile, tags, stages, notes, events and history. Conversations, memories and the audit stay.",
    done: "Profile, notes, events and history are erased.",
  },
];

/** How far it reaches. Who may not erase everywhere is told who may. */
function ReachChoice({ reach, onChange }: { reach: Reach; onChange: (reach: Reach) => void }) {
  const id = useId();
  const mayEverywhere = useAllowed("audit:write");
  if (!mayEverywhere) {
    return (
      <p>
        {REACHES[1]?.help} Whoever may write the audit, as owners and admins do, can erase the person
        everywhere.
      </p>
    );
  }
  return (
    <fieldset className="space-y-2">
      <legend className="sr-only">What to erase</legend>
      {REACHES.map((each) => (
        <label
          key={each.reach}
          className="flex gap-3 rounded-lg border border-line-strong p-3 has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name={id}
            className="mt-1 accent-accent"
            checked={reach === each.reach}
            aria-describedby={`${id}-${each.reach}`}
            aria-label={each.label}
            onChange={() => {
              onChange(each.reach);
            }}
          />
          <span>
            <span className="block font-medium text-ink">{each.label}</span>
            <span id={`${id}-${each.reach}`} className="block text-sm">
              {each.help}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Removes for good what is known of a customer: everywhere, or in the CRM. */
export function EraseContact({ contact }: { contact: Contact }) {
  const mayEverywhere = useAllowed("audit:write");
  const [asking, setAsking] = useState(false);
  const [reach, setReach] = useState<Reach>(mayEverywhere ? "everywhere" : "crm");
  const { act, busy, failure } = useAct();
  const queries = useQueryClient();
  const go = useNavigate();
  const tell = useToast();
  const close = () => {
    setAsking(false);
  };
  const erase = (token: string): Promise<unknown> =>
    reach === "everywhere"
      ? contactsApi.eraseEverywhere(token, contact.id)
      : contactsApi.erase(token, contact.id);
  return (
    <>
      <Button
        look="plain"
        icon="trash"
        onClick={() => {
          setAsking(true);
        }}
      >
        Erase
      </Button>
      {asking && (
        <ConfirmDialog
          danger
          title="Erase what is known of this customer?"
          verb="Erase"
          doing="Erasing…"
          typed={contact.id}
          busy={busy}
          failure={failure}
          onClose={close}
          onConfirm={() => {
            void act(erase, () => {
              void queries.invalidateQueries(); // it reaches into every page
              tell({ text: REACHES.find((each) => each.reach === reach)?.done ?? "" });
              close();
              void go("/console/contacts");
            });
          }}
        >
          <ReachChoice reach={reach} onChange={setReach} />
          <p>This cannot be undone.</p>
        </ConfirmDialog>
      )}
    </>
  );
}
