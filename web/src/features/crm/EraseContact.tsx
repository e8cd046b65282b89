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

const REACHES: Record<Reach, { label: string; help: string; done: string }> = {
  everywhere: {
    label: "Everything known of this person",
    help:
      "Conversations, attachments, memories, plans, requests, what the CRM holds, messages to come and the " +
      "audit’s sealed parts. Amounts and dates of orders and refunds stay, without a word of the person.",
    done: "The person is erased everywhere.",
  },
  crm: {
    label: "The CRM’s part only",
    help: "Profile, tags, stages, notes, events and history. Conversations, memories and the audit stay.",
    done: "Profile, notes, events and history are erased.",
  },
};
const CHOICES = Object.keys(REACHES) as Reach[];

/** How far it reaches. */
function ReachChoice({ reach, onChange }: { reach: Reach; onChange: (reach: Reach) => void }) {
  const id = useId();
  return (
    <fieldset className="space-y-2">
      <legend className="sr-only">What to erase</legend>
      {CHOICES.map((each) => (
        <label
          key={each}
          className="flex gap-3 rounded-lg border border-line-strong p-3 has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name={id}
            className="mt-1 accent-accent"
            checked={reach === each}
            aria-describedby={`${id}-${each}`}
            aria-label={REACHES[each].label}
            onChange={() => {
              onChange(each);
            }}
          />
          <span>
            <span className="block font-medium text-ink">{REACHES[each].label}</span>
            <span id={`${id}-${each}`} className="block text-sm">
              {REACHES[each].help}
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
              tell({ text: REACHES[reach].done });
              close();
              void go("/console/contacts");
            });
          }}
        >
          {mayEverywhere ? (
            <ReachChoice reach={reach} onChange={setReach} />
          ) : (
            <p>
              {REACHES.crm.help} Whoever may write the audit, as owners and admins do, can erase the
              person everywhere.
            </p>
          )}
          <p>This cannot be undone.</p>
        </ConfirmDialog>
      )}
    </>
  );
}
