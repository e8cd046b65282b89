import { useState } from "react";

import { type Contact, contactsApi } from "../../api/crm";
import { newKey } from "../../api/key";
import { ConfirmDialog } from "../../console/ConfirmDialog";
import { useAct } from "../../console/useAct";
import { describedBy, Labelled, TextBox } from "../../design/Control";
import { type Draft, refusedField } from "./words";

const EMPTY: Draft = { name: "", email: "", phone: "", company: "" };
const FIELDS: { name: keyof Draft; label: string; help?: string }[] = [
  { name: "name", label: "Name" },
  { name: "email", label: "E-mail" },
  { name: "phone", label: "Phone", help: "With its country’s code, such as +44 20 7946 0958." },
  { name: "company", label: "Company" },
];

type AddContactDialogProps = { onAdded: (contact: Contact) => void; onClose: () => void };

/** A customer whom the team knows before they have written. */
export function AddContactDialog({ onAdded, onClose }: AddContactDialogProps) {
  const [draft, setDraft] = useState(EMPTY);
  const [key, setKey] = useState(newKey);
  const [blank, setBlank] = useState(false);
  const { act, busy, failure } = useAct();
  const wrong = failure === null ? null : refusedField(failure, draft);
  const add = () => {
    const given = Object.entries(draft).filter(([, text]) => text.trim() !== "");
    setBlank(given.length === 0);
    if (given.length === 0) return;
    void act(
      (token) => contactsApi.add(token, { ...Object.fromEntries(given), idempotency_key: key }),
      onAdded,
    );
  };
  const errorOf = (name: keyof Draft): string | null => {
    if (blank && name === "name") return "Write at least one thing that you know.";
    return wrong === name ? failure : null;
  };
  return (
    <ConfirmDialog
      title="Add a contact"
      verb="Add"
      doing="Adding…"
      busy={busy}
      failure={wrong === null ? failure : null}
      onConfirm={add}
      onClose={onClose}
    >
      <div className="space-y-4 text-ink">
        {FIELDS.map(({ name, label, help }) => {
          const id = `contact-${name}`;
          const error = errorOf(name);
          return (
            <Labelled key={name} label={label} htmlFor={id} help={help} error={error}>
              <TextBox
                id={id}
                value={draft[name]}
                autoComplete="off"
                aria-invalid={error !== null}
                aria-describedby={describedBy(id, {
                  error: error !== null,
                  help: help !== undefined,
                })}
                onChange={(event) => {
                  setDraft({ ...draft, [name]: event.target.value });
                  setKey(newKey());
                }}
              />
            </Labelled>
          );
        })}
      </div>
    </ConfirmDialog>
  );
}
