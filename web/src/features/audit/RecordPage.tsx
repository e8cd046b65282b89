import { useParams } from "react-router";

import type { AuditRecord } from "../../api/audit";
import { PageFrame } from "../../console/PageFrame";
import { Facts, Section } from "../../console/Section";
import { useStaff } from "../../console/staff";
import { Loading, NotAllowed, NotThere } from "../../console/states";
import { exactText } from "../../console/times";
import { Notice } from "../../design/Notice";
import { numberText } from "../../form/words";
import { useAllowed } from "../account/useAuth";
import { EraseContact } from "./EraseContact";
import { Ids } from "./Ids";
import { useRecord } from "./queries";
import { ReplaySection } from "./ReplaySection";
import { Routing } from "./Routing";
import { Sources } from "./Sources";
import { Stages } from "./Stages";
import { Tools } from "./Tools";
import { costText, EVENT_WORDS, kindText } from "./words";

const ALL = { to: "/console/audit", label: "Audit" };

function Said({ record }: { record: AuditRecord }) {
  if (record.personal === "erased") {
    return (
      <Notice icon="lock">
        This customer’s part was erased: what was said can never be read again. The rest of the
        record, and the chain, stay whole.
      </Notice>
    );
  }
  if (record.personal === "unreadable") {
    return (
      <Notice tone="warn" icon="alert">
        What was said cannot be read: its key does not open it. The secret key may have been
        changed, or the record was. Check the chain to know.
      </Notice>
    );
  }
  return (
    <div className="space-y-4 text-[0.9375rem] leading-relaxed">
      {(record.messages ?? []).map((text, index) => (
        <div key={index}>
          <h3 className="text-sm text-ink-faint">Customer</h3>
          <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</p>
        </div>
      ))}
      <div>
        <h3 className="text-sm text-ink-faint">Answer</h3>
        <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">
          {record.answer === null || record.answer === "" ? "None" : record.answer}
        </p>
      </div>
      {record.pii_redacted && (
        <p className="text-sm text-ink-faint">
          Personal data is taken out of these words and named in its place.
        </p>
      )}
    </div>
  );
}

function Model({ record }: { record: AuditRecord }) {
  return (
    <Section title="Model">
      <Facts
        rows={[
          ["Outcome", kindText(record)],
          ["Confidence", numberText(Math.round(record.confidence * 100) / 100)],
          ["Model", record.degraded ? `${record.model} (stood in)` : record.model],
          ["Tokens in", numberText(record.input_tokens)],
          ["Tokens out", numberText(record.output_tokens)],
          ["Cost", costText(record)],
        ]}
      />
    </Section>
  );
}

function Record({ record }: { record: AuditRecord }) {
  const { nameOf } = useStaff();
  const erasure = record.event === "erasure";
  const mayWrite = useAllowed("audit:write");
  return (
    <PageFrame
      title={EVENT_WORDS[record.event]}
      back={ALL}
      beside={<span className="text-sm text-ink-faint">{exactText(record.at)}</span>}
      actions={mayWrite && !erasure && <EraseContact contact={record.contact_id} />}
    >
      <div className="grid gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="min-w-0 space-y-8">
          {erasure ? (
            <Notice icon="trash">
              {nameOf(record.actor_id) ?? "A program"} erased this customer’s part of the audit.
            </Notice>
          ) : (
            <>
              <Section title="What was said">
                <Said record={record} />
              </Section>
              <Routing record={record} />
              <Sources sources={record.sources ?? []} />
              <Tools tools={record.tools} approvals={record.approvals} />
              {record.event === "turn" && <ReplaySection record={record} />}
            </>
          )}
        </div>
        <aside aria-label="About the record" className="min-w-0 space-y-8">
          {!erasure && <Stages record={record} />}
          {!erasure && <Model record={record} />}
          <Ids record={record} />
        </aside>
      </div>
    </PageFrame>
  );
}

function Loaded({ id }: { id: string }) {
  const record = useRecord(id);
  if (record.data !== undefined) return <Record record={record.data} />;
  if (record.isError) {
    return (
      <NotThere
        what="record"
        error={record.error}
        all={{ ...ALL, label: "See all records" }}
        onRetry={() => void record.refetch()}
      />
    );
  }
  return (
    <PageFrame title="Record" back={ALL}>
      <Loading what="the record" />
    </PageFrame>
  );
}

/** One record: who asked what, what came of it, what it rests on and how long it took. */
export function RecordPage() {
  const { recordId = "" } = useParams();
  const allowed = useAllowed("audit:read");
  return allowed ? <Loaded key={recordId} id={recordId} /> : <NotAllowed what="the audit" />;
}
