import { useState } from "react";

import { type TicketDetails, ticketsApi } from "../../api/tickets";
import { Section } from "../../console/Section";
import { useStaff } from "../../console/staff";
import { useAct } from "../../console/useAct";
import { When } from "../../console/When";
import { Button } from "../../design/Button";
import { TextArea } from "../../design/Control";
import { useTicketChanged } from "./queries";
import { eventText } from "./words";

function NoteForm({ id }: { id: string }) {
  const [note, setNote] = useState("");
  const { act, busy, failure } = useAct();
  const changed = useTicketChanged();
  return (
    <form
      aria-label="Add a note"
      className="mb-5 space-y-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (note.trim() === "") return;
        void act(
          (token) => ticketsApi.change(token, id, { note: note.trim() }),
          (ticket) => {
            changed(ticket);
            setNote("");
          },
        );
      }}
    >
      <TextArea
        aria-label="Note for the team"
        placeholder="A note for the team; the customer does not see it"
        rows={2}
        maxLength={4000}
        className="min-h-16! text-sm"
        value={note}
        onChange={(event) => {
          setNote(event.target.value);
        }}
      />
      {failure !== null && (
        <p role="alert" className="text-sm text-danger">
          {failure}
        </p>
      )}
      {note.trim() !== "" && (
        <Button type="submit" small aria-disabled={busy}>
          {busy ? "Saving…" : "Save note"}
        </Button>
      )}
    </form>
  );
}

/** Everything that happened to the ticket, the newest first. */
export function History({ ticket, mayWrite }: { ticket: TicketDetails; mayWrite: boolean }) {
  const { nameOf } = useStaff();
  return (
    <Section title="History">
      {mayWrite && <NoteForm id={ticket.id} />}
      <ol aria-label="History" className="space-y-3.5 text-sm">
        {ticket.events.toReversed().map((event) => (
          <li key={event.id} className="border-s-2 border-line ps-3">
            <p className="font-medium">{eventText(event)}</p>
            {event.detail !== "" && (
              <p className="leading-snug whitespace-pre-wrap text-ink-soft [overflow-wrap:anywhere]">
                {event.detail}
              </p>
            )}
            <p className="text-[0.8125rem] text-ink-faint">
              {nameOf(event.actor) ?? "Deskhand"} · <When at={event.at} />
            </p>
          </li>
        ))}
      </ol>
    </Section>
  );
}
