import { useState } from "react";

import { MEMORY_TYPES, type Memory } from "../../api/memories";
import { Choose, useView, Words } from "../../console/filters";
import { Listed } from "../../console/Listed";
import { PageFrame } from "../../console/PageFrame";
import { Section } from "../../console/Section";
import { Empty } from "../../console/states";
import { Button } from "../../design/Button";
import { useAllowed } from "../account/useAuth";
import { AddDialog } from "./AddDialog";
import { ContactActions } from "./ContactActions";
import { MemoryDialogs, type Doing } from "./MemoryDialogs";
import { MemoryRow } from "./MemoryRow";
import { useMemories } from "./queries";
import { RecallBox } from "./RecallBox";
import { RecentContacts } from "./RecentContacts";
import { byType, TYPE_CHOICES, TYPE_WORDS } from "./words";

const PAGE_SIZE = 100;
const NAMES = ["contact", "type", "agent", "old"] as const;

type ViewOf = ReturnType<typeof useView<(typeof NAMES)[number]>>;

function Filters({ view, change, clear, filtered }: ViewOf) {
  return (
    <div role="search" aria-label="Memories" className="mb-5 flex flex-wrap items-center gap-2.5">
      <Words
        label="Customer’s id"
        value={view.contact}
        onChange={(contact) => {
          change({ contact });
        }}
      />
      <Choose
        label="Type"
        any="Any type"
        value={view.type}
        options={MEMORY_TYPES}
        words={TYPE_CHOICES}
        onChange={(type) => {
          change({ type });
        }}
      />
      <Words
        label="Agent’s id"
        value={view.agent}
        onChange={(agent) => {
          change({ agent });
        }}
      />
      <Choose
        label="Versions"
        any="What holds now"
        value={view.old}
        options={["true"]}
        words={{ true: "Earlier versions too" }}
        onChange={(old) => {
          change({ old });
        }}
      />
      {filtered && (
        <Button look="link" onClick={clear}>
          Clear
        </Button>
      )}
    </div>
  );
}

type ListProps = { memories: Memory[]; mayWrite: boolean; onDo: (doing: Doing) => void };

function List({ memories, mayWrite, onDo }: ListProps) {
  return (
    <div className="space-y-8">
      {byType(memories).map(({ type, memories: group }) => (
        <Section key={type} title={TYPE_WORDS[type]}>
          <ul aria-label={TYPE_WORDS[type]} className="divide-y divide-line">
            {group.map((memory) => (
              <MemoryRow key={memory.id} memory={memory} mayWrite={mayWrite} onDo={onDo} />
            ))}
          </ul>
        </Section>
      ))}
    </div>
  );
}

function Results({ list, onDo }: { list: ViewOf; onDo: (doing: Doing) => void }) {
  const mayWrite = useAllowed("memories:write");
  const { contact, type, agent, old, page } = list.view;
  const memories = useMemories({
    contact_id: contact,
    agent_id: agent,
    type,
    include_superseded: old,
    limit: PAGE_SIZE,
    offset: (page - 1) * PAGE_SIZE,
  });
  return (
    <Listed
      what="memories"
      found={memories}
      page={page}
      size={PAGE_SIZE}
      onPage={(next) => {
        list.change({ page: next });
      }}
      empty={
        <Empty title={list.filtered ? "Nothing is remembered here" : "Nothing is remembered yet"}>
          What customers say of themselves, what they prefer and what conversations were about
          appears here, with the sentence it comes from.
        </Empty>
      }
    >
      {(items) => <List memories={items} mayWrite={mayWrite} onDo={onDo} />}
    </Listed>
  );
}

/** What is remembered, of one customer or of all: to be read, corrected, taken along and erased. */
export function MemoriesPage() {
  const list = useView(NAMES);
  const mayWrite = useAllowed("memories:write");
  const [adding, setAdding] = useState(false);
  const [doing, setDoing] = useState<Doing | null>(null);
  const { contact, agent } = list.view;
  return (
    <PageFrame
      title="Memories"
      actions={
        <>
          {contact !== "" && <ContactActions contact={contact} mayWrite={mayWrite} />}
          {mayWrite && (
            <Button
              look="solid"
              icon="plus"
              onClick={() => {
                setAdding(true);
              }}
            >
              Add
            </Button>
          )}
        </>
      }
    >
      <Filters {...list} />
      {contact === "" && (
        <RecentContacts
          onChoose={(chosen) => {
            list.change({ contact: chosen });
          }}
        />
      )}
      <div className="grid gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="min-w-0">
          <Results list={list} onDo={setDoing} />
        </div>
        <aside aria-label="Try recalling" className="max-lg:order-first">
          <RecallBox key={`${contact} ${agent}`} contact={contact} agent={agent} />
        </aside>
      </div>
      {adding && (
        <AddDialog
          contact={contact}
          onClose={() => {
            setAdding(false);
          }}
        />
      )}
      {doing !== null && (
        <MemoryDialogs
          doing={doing}
          onClose={() => {
            setDoing(null);
          }}
        />
      )}
    </PageFrame>
  );
}
