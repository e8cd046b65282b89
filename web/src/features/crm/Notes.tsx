import { useState } from "react";

import { type Contact, contactsApi, type Note, NOTE_TYPES, type NoteType } from "../../api/crm";
import { newKey } from "../../api/key";
import { Pager } from "../../console/Pager";
import { Section } from "../../console/Section";
import { useStaff } from "../../console/staff";
import { Failed } from "../../console/states";
import { useAct } from "../../console/useAct";
import { When } from "../../console/When";
import { Button, IconButton } from "../../design/Button";
import { Below, Select, TextArea } from "../../design/Control";
import { choiceText } from "../../form/words";
import { useContactTouched, useNotes } from "./queries";
import { useNoteRemoval } from "./useNoteRemoval";
import { actorText } from "./words";

const PAGE_SIZE = 10;

function NoteForm({ contactId }: { contactId: string }) {
  const [text, setText] = useState("");
  const [type, setType] = useState<NoteType>("general");
  const [shared, setShared] = useState(false);
  const [key, setKey] = useState(newKey);
  const { act, busy, failure } = useAct();
  const touched = useContactTouched(contactId);
  const add = () => {
    if (text.trim() === "") return;
    const visibility = shared ? "shared" : "internal";
    void act(
      (token) =>
        contactsApi.addNote(token, contactId, { text, type, visibility, idempotency_key: key }),
      () => {
        setText("");
        setKey(newKey());
        void touched();
      },
    );
  };
  return (
    <form
      aria-label="Add a note"
      noValidate
      className="mb-4 space-y-2.5"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <TextArea
        id="note-text"
        aria-label="Note"
        placeholder="What should the team know of this customer?"
        rows={2}
        className="min-h-16!"
        value={text}
        aria-invalid={failure !== null}
        aria-describedby={failure === null ? undefined : "note-text-error"}
        onChange={(event) => {
          setText(event.target.value);
          // Another text is another note, also to the server.
          setKey(newKey());
        }}
      />
      <div role="alert">{failure !== null && <Below id="note-text" error={failure} />}</div>
      {text.trim() !== "" && (
        <div className="flex flex-wrap items-center gap-2.5">
          <Select
            aria-label="Kind of note"
            className="w-36"
            value={type}
            onChange={(event) => {
              setType(event.target.value as NoteType);
              setKey(newKey());
            }}
          >
            {NOTE_TYPES.map((each) => (
              <option key={each} value={each}>
                {choiceText(each)}
              </option>
            ))}
          </Select>
          <label className="flex min-h-10 items-center gap-2 text-sm text-ink-soft">
            <input
              type="checkbox"
              className="size-4.5 accent-accent"
              checked={shared}
              onChange={(event) => {
                setShared(event.target.checked);
                setKey(newKey());
              }}
            />
            Agents may tell the customer
          </label>
          <Button type="submit" look="solid" small className="ms-auto" aria-disabled={busy}>
            {busy ? "Saving…" : "Add note"}
          </Button>
        </div>
      )}
    </form>
  );
}

type RowProps = { note: Note; onRemove: ((note: Note) => void) | null };

function Row({ note, onRemove }: RowProps) {
  const { nameOf } = useStaff();
  return (
    <li className="flex items-start gap-3 py-3">
      <div className="min-w-0 flex-1">
        <p dir="auto" className="leading-snug whitespace-pre-wrap [overflow-wrap:anywhere]">
          {note.text}
        </p>
        <p className="mt-1 text-[0.8125rem] text-ink-faint">
          {note.type !== "general" && `${choiceText(note.type)} · `}
          {note.visibility === "shared" && "Customer may know · "}
          {actorText(note.by, nameOf)} · <When at={note.created_at} />
        </p>
      </div>
      {onRemove !== null && (
        <IconButton
          small
          label="Remove the note"
          icon="trash"
          onClick={() => {
            onRemove(note);
          }}
        />
      )}
    </li>
  );
}

/** What the team and the agents wrote down. */
export function Notes({ contact, mayWrite }: { contact: Contact; mayWrite: boolean }) {
  const [page, setPage] = useState(1);
  const notes = useNotes(contact.id, PAGE_SIZE, (page - 1) * PAGE_SIZE);
  const { hidden, remove } = useNoteRemoval(contact.id);
  const shown = notes.data?.items.filter(({ id }) => !hidden.has(id)) ?? [];
  return (
    <Section title="Notes">
      {mayWrite && <NoteForm contactId={contact.id} />}
      {notes.isError && (
        <Failed what="The notes" error={notes.error} onRetry={() => void notes.refetch()} />
      )}
      {notes.isSuccess && shown.length === 0 && (
        <p className="text-sm text-ink-faint">
          Nothing is written down yet. Notes are for the team, and agents read them too.
        </p>
      )}
      <ul aria-label="Notes" className="divide-y divide-line empty:hidden">
        {shown.map((note) => (
          <Row key={note.id} note={note} onRemove={mayWrite ? remove : null} />
        ))}
      </ul>
      {notes.data !== undefined && (
        <Pager page={page} size={PAGE_SIZE} total={notes.data.total} onPage={setPage} />
      )}
    </Section>
  );
}
