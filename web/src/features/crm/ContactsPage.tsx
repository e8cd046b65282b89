import { useState } from "react";
import { useNavigate } from "react-router";

import { ACCOUNT_STATUSES } from "../../api/crm";
import { Choose, useView, Words } from "../../console/filters";
import { Listed } from "../../console/Listed";
import { PageFrame } from "../../console/PageFrame";
import { Empty, NotAllowed } from "../../console/states";
import { Button } from "../../design/Button";
import { useAllowed } from "../account/useAuth";
import { AddContactDialog } from "./AddContactDialog";
import { ContactList } from "./ContactList";
import { useContacts, useCrmChanged, usePipelines } from "./queries";

const PAGE_SIZE = 25;
const NAMES = ["q", "tag", "stage", "status", "known"] as const;

type ViewOf = ReturnType<typeof useView<(typeof NAMES)[number]>>;

function Filters({ view, change, clear, filtered }: ViewOf) {
  const pipelines = usePipelines();
  const all = pipelines.data?.items ?? [];
  const stages = all.flatMap(({ name, stages: own }) =>
    own.map((stage) => [stage.id, all.length > 1 ? `${name}: ${stage.name}` : stage.name] as const),
  );
  const on = (name: (typeof NAMES)[number]) => (value: string) => {
    change({ [name]: value });
  };
  return (
    <div role="search" aria-label="Contacts" className="mb-5 flex flex-wrap items-center gap-2.5">
      <Words label="Search contacts" value={view.q} onChange={on("q")} />
      <Words label="Tag" value={view.tag} onChange={on("tag")} />
      {stages.length > 0 && (
        <Choose
          label="Stage"
          any="Any stage"
          value={view.stage}
          options={stages.map(([id]) => id)}
          words={Object.fromEntries(stages)}
          onChange={on("stage")}
        />
      )}
      <Choose
        label="Account"
        any="Any account"
        value={view.status}
        options={ACCOUNT_STATUSES}
        onChange={on("status")}
      />
      <Choose
        label="Known"
        any="Everybody"
        value={view.known}
        options={["true", "false"]}
        words={{ true: "Something is known", false: "Nothing is known" }}
        onChange={on("known")}
      />
      {filtered && (
        <Button look="link" onClick={clear}>
          Clear
        </Button>
      )}
    </div>
  );
}

function NoContacts({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  return (
    <Empty
      title={filtered ? "No contact matches" : "No contacts yet"}
      action={filtered && <Button onClick={onClear}>Clear filters</Button>}
    >
      {filtered
        ? "Loosen the filters to see more."
        : "Whoever opens the chat becomes a contact. You can also add customers whom you know already."}
    </Empty>
  );
}

/** What the page is about, for who sees it first. */
function About() {
  return (
    <details className="mb-6 max-w-3xl text-sm leading-relaxed text-ink-soft">
      <summary className="w-fit cursor-pointer rounded hover:text-ink">What is a contact?</summary>
      <p className="mt-2">
        A contact is one customer, from their first visit on. At first nothing is known of them but
        that they came. What you write here, what agents note and what a program sends is kept with
        the contact, and agents read it when they answer: the name, the account, the tags, how far
        the customer has come in a pipeline, and notes. Every change says who made it. What the
        customer said in conversations stands under Memories.
      </p>
    </details>
  );
}

function Directory() {
  const list = useView(NAMES);
  const [adding, setAdding] = useState(false);
  const mayWrite = useAllowed("crm:write");
  const changed = useCrmChanged();
  const go = useNavigate();
  const { q, tag, stage, status, known, page } = list.view;
  const contacts = useContacts({
    q,
    tag,
    stage,
    account_status: status,
    known,
    limit: PAGE_SIZE,
    offset: (page - 1) * PAGE_SIZE,
  });
  return (
    <PageFrame
      title="Contacts"
      actions={
        mayWrite && (
          <Button
            look="solid"
            icon="plus"
            onClick={() => {
              setAdding(true);
            }}
          >
            Add
          </Button>
        )
      }
    >
      <About />
      <Filters {...list} />
      <Listed
        what="contacts"
        found={contacts}
        page={page}
        size={PAGE_SIZE}
        onPage={(next) => {
          list.change({ page: next });
        }}
        empty={<NoContacts filtered={list.filtered} onClear={list.clear} />}
      >
        {(items) => <ContactList contacts={items} />}
      </Listed>
      {adding && (
        <AddContactDialog
          onAdded={({ id }) => {
            changed();
            void go(`/console/contacts/${encodeURIComponent(id)}`);
          }}
          onClose={() => {
            setAdding(false);
          }}
        />
      )}
    </PageFrame>
  );
}

/** The customers, to be found by what is known of them. */
export function ContactsPage() {
  return useAllowed("crm:read") ? <Directory /> : <NotAllowed what="contacts" />;
}
