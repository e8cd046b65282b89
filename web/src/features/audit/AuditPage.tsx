import { Link } from "react-router";

import type { AuditRecord } from "../../api/audit";
import { Choose, useView, Words } from "../../console/filters";
import { Listed } from "../../console/Listed";
import { PageFrame } from "../../console/PageFrame";
import { Empty, NotAllowed } from "../../console/states";
import { secondsText } from "../../console/times";
import { When } from "../../console/When";
import { StateDot } from "../../design/Badge";
import { Button } from "../../design/Button";
import { useAllowed } from "../account/useAuth";
import { AuditActions } from "./AuditActions";
import { useRecords } from "./queries";
import { EVENT_WORDS, EVENTS, filterOf, kindText, NAMES, saidText } from "./words";

const PAGE_SIZE = 25;
type ViewOf = ReturnType<typeof useView<(typeof NAMES)[number]>>;

const TONES = { turn: "good", failure: "danger", erasure: "calm" } as const;

const FIELDS = [
  { name: "contact_id", label: "Customer’s id" },
  { name: "session_id", label: "Session’s id" },
  { name: "agent_id", label: "Agent’s id" },
  { name: "tool", label: "Tool called" },
  { name: "ticket", label: "Ticket" },
] as const;

function Filters({ view, change, clear, filtered }: ViewOf) {
  const more = FIELDS.some(({ name }) => view[name] !== "");
  const on = (name: (typeof NAMES)[number]) => (value: string) => {
    change({ [name]: value });
  };
  return (
    <div role="search" aria-label="Audit" className="mb-5 space-y-2.5">
      <div className="flex flex-wrap items-center gap-2.5">
        <Words label="Search ids, models, tools" value={view.q} onChange={on("q")} />
        <Choose
          label="Event"
          any="Any event"
          value={view.event}
          options={EVENTS}
          words={EVENT_WORDS}
          onChange={on("event")}
        />
        <Words type="date" label="From" value={view.from} onChange={on("from")} />
        <Words type="date" label="Until" value={view.to} onChange={on("to")} />
        {filtered && (
          <Button look="link" onClick={clear}>
            Clear
          </Button>
        )}
      </div>
      <details open={more}>
        <summary className="w-fit cursor-pointer rounded text-sm text-ink-soft hover:text-ink">
          More filters
        </summary>
        <div className="mt-2.5 flex flex-wrap gap-2.5">
          {FIELDS.map(({ name, label }) => (
            <Words key={name} label={label} value={view[name]} onChange={on(name)} />
          ))}
        </div>
      </details>
    </div>
  );
}

function Row({ record }: { record: AuditRecord }) {
  const plain = record.personal === "readable";
  return (
    <tr className="group border-b border-line align-top max-sm:block">
      <th scope="row" className="py-3.5 pe-4 text-start font-normal max-sm:block max-sm:pb-2">
        <Link
          to={`/console/audit/${encodeURIComponent(record.id)}`}
          className="line-clamp-2 [overflow-wrap:anywhere] group-hover:text-accent hover:underline hover:underline-offset-4"
        >
          <span className={plain ? "font-medium" : "text-ink-soft italic"}>{saidText(record)}</span>
        </Link>
        <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-0.5 text-[0.8125rem] text-ink-faint">
          <When at={record.at} />
          {record.agent_id !== null && <span>{record.agent_id}</span>}
          {record.ticket_id !== null && <span className="font-mono">{record.ticket_id}</span>}
          {record.tools.map((tool) => (
            <span key={tool.name} className={tool.success ? undefined : "text-danger"}>
              {tool.name}
              {!tool.success && " failed"}
            </span>
          ))}
        </p>
      </th>
      <td className="py-3.5 pe-4 text-sm max-sm:block max-sm:pt-0">
        <StateDot tone={TONES[record.event]}>{kindText(record)}</StateDot>
      </td>
      <td className="py-3.5 text-end text-sm text-ink-soft tabular-nums max-md:hidden">
        {record.event === "erasure" ? "" : secondsText(record.seconds)}
      </td>
    </tr>
  );
}

function List({ records }: { records: AuditRecord[] }) {
  const head = "pb-2 pe-4 text-start font-medium max-md:hidden";
  return (
    <table className="w-full table-auto border-collapse">
      <caption className="sr-only">Audit records</caption>
      <thead className="max-md:hidden border-b border-line text-[0.8125rem] text-ink-faint">
        <tr>
          <th scope="col" className={head}>
            Message (redacted)
          </th>
          <th scope="col" className={`${head} w-60`}>
            Outcome
          </th>
          <th scope="col" className="w-20 pb-2 text-end font-medium max-md:hidden">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {records.map((record) => (
          <Row key={record.id} record={record} />
        ))}
      </tbody>
    </table>
  );
}

function NoRecords({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  return (
    <Empty
      title={filtered ? "No record matches" : "No records yet"}
      action={filtered && <Button onClick={onClear}>Clear filters</Button>}
    >
      {filtered
        ? "Loosen the filters to see more. What was said is sealed and cannot be searched."
        : "Each turn of a conversation leaves a record here, chained to the one before."}
    </Empty>
  );
}

function Explorer() {
  const list = useView(NAMES);
  const { page } = list.view;
  const filter = filterOf(list.view);
  const records = useRecords(filter, PAGE_SIZE, (page - 1) * PAGE_SIZE);
  return (
    <PageFrame title="Audit" actions={<AuditActions filter={filter} />}>
      <Filters {...list} />
      <Listed
        what="records"
        found={records}
        page={page}
        size={PAGE_SIZE}
        onPage={(next) => {
          list.change({ page: next });
        }}
        empty={<NoRecords filtered={list.filtered} onClear={list.clear} />}
      >
        {(items) => <List records={items} />}
      </Listed>
    </PageFrame>
  );
}

/** What happened in each turn, to be looked through. */
export function AuditPage() {
  return useAllowed("audit:read") ? <Explorer /> : <NotAllowed what="the audit" />;
}
