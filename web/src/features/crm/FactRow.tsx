import { useEffect, useId, useRef, useState } from "react";

import type { Contact } from "../../api/crm";
import { Button, IconButton } from "../../design/Button";
import { Below, describedBy } from "../../design/Control";
import { Notice } from "../../design/Notice";
import { FactBox } from "./FactBox";
import type { Fact } from "./facts";
import { useFactSave } from "./useFactSave";
import { editable } from "./words";

type EditorProps = { fact: Fact; contact: Contact; onClose: () => void };

function Editor({ fact, contact, onClose }: EditorProps) {
  const id = useId();
  // What one began with: what others change meanwhile must not be overwritten unseen.
  const [first] = useState(contact);
  const [draft, setDraft] = useState(() => editable(fact.read(first)));
  const { save, busy, failure, theirs } = useFactSave(fact, first, onClose);
  const submit = () => {
    const value = fact.typed(draft);
    if (theirs === null && value === fact.read(first)) onClose();
    else void save(value);
  };
  const told = theirs === null ? null : (fact.shown(fact.read(theirs)) ?? "not known");
  return (
    <form
      aria-label={`Edit ${fact.label}`}
      noValidate
      className="min-w-0 flex-1 py-1"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <FactBox
        fact={fact}
        id={id}
        value={draft}
        invalid={failure !== null}
        describes={describedBy(id, { error: failure !== null, help: fact.help !== undefined })}
        onChange={setDraft}
        onCancel={onClose}
      />
      <div role="alert">
        {failure !== null && <Below id={id} error={failure} />}
        {told !== null && (
          <Notice tone="warn" icon="alert" className="mt-2">
            Somebody else changed this meanwhile: it is now “{told}”. Yours is not saved yet.
          </Notice>
        )}
      </div>
      {fact.help !== undefined && <Below id={id} error={null} help={fact.help} />}
      <div className="mt-2 flex flex-wrap gap-2">
        <Button small look="solid" type="submit" aria-disabled={busy}>
          {busy ? "Saving…" : theirs === null ? "Save" : "Save mine"}
        </Button>
        <Button small look="plain" onClick={onClose}>
          {theirs === null ? "Cancel" : "Keep theirs"}
        </Button>
      </div>
    </form>
  );
}

type FactRowProps = { fact: Fact; contact: Contact; mayWrite: boolean };

/** One fact of the profile, changed where it stands. */
export function FactRow({ fact, contact, mayWrite }: FactRowProps) {
  const [editing, setEditing] = useState(false);
  const pencil = useRef<HTMLButtonElement>(null);
  const was = useRef(false);
  useEffect(() => {
    // Who used the keyboard goes on where they were.
    if (was.current && !editing) pencil.current?.focus();
    was.current = editing;
  }, [editing]);
  const shown = fact.shown(fact.read(contact));
  return (
    <div className="flex min-h-10 items-start gap-x-4 py-0.5 max-sm:flex-col">
      <dt className="w-32 shrink-0 pt-2 text-sm text-ink-faint max-sm:w-auto max-sm:pt-1">
        {fact.label}
      </dt>
      <dd className="flex w-full min-w-0 flex-1 items-start gap-2">
        {editing ? (
          <Editor
            fact={fact}
            contact={contact}
            onClose={() => {
              setEditing(false);
            }}
          />
        ) : (
          <>
            <span className="min-w-0 flex-1 py-1.5 text-[0.9375rem] whitespace-pre-wrap [overflow-wrap:anywhere] max-sm:pt-0">
              {shown ?? <span className="text-ink-faint">Not known</span>}
            </span>
            {mayWrite && (
              <IconButton
                small
                ref={pencil}
                label={`Edit ${fact.label}`}
                icon="pencil"
                onClick={() => {
                  setEditing(true);
                }}
              />
            )}
          </>
        )}
      </dd>
    </div>
  );
}
