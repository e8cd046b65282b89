import { useParams } from "react-router";

import type { Contact } from "../../api/crm";
import { PageFrame } from "../../console/PageFrame";
import { Facts, Section } from "../../console/Section";
import { Loading, NotAllowed, NotThere } from "../../console/states";
import { When } from "../../console/When";
import { Notice } from "../../design/Notice";
import { useAllowed } from "../account/useAuth";
import { Deliveries } from "./Deliveries";
import { EraseContact } from "./EraseContact";
import { Links } from "./Links";
import { AccountDot } from "./marks";
import { Notes } from "./Notes";
import { Profile } from "./Profile";
import { useContact } from "./queries";
import { Stages } from "./Stages";
import { Tags } from "./Tags";
import { Timeline } from "./Timeline";
import { contactName } from "./words";

const ALL = { to: "/console/contacts", label: "Contacts" };

function Dates({ contact }: { contact: Contact }) {
  const { created_at: created, updated_at: updated } = contact;
  return (
    <Section title="Record">
      <Facts
        rows={[
          ["Since", created === null ? "Unknown" : <When key="since" at={created} />],
          ["Changed", updated === null ? "Never" : <When key="changed" at={updated} />],
          [
            "Id",
            <span key="id" className="font-mono text-xs">
              {contact.id}
            </span>,
          ],
        ]}
      />
    </Section>
  );
}

function Loaded({ contact }: { contact: Contact }) {
  const mayWrite = useAllowed("crm:write");
  return (
    <PageFrame
      title={contactName(contact)}
      back={ALL}
      beside={<AccountDot status={contact.account_status} />}
      actions={mayWrite && <EraseContact contact={contact} />}
    >
      {!mayWrite && (
        <Notice icon="lock" className="mb-6">
          Your role may look at contacts, not change them.
        </Notice>
      )}
      <div className="grid gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="min-w-0 space-y-8">
          <Profile contact={contact} mayWrite={mayWrite} />
          <Notes contact={contact} mayWrite={mayWrite} />
          <Timeline contactId={contact.id} />
        </div>
        <aside aria-label="About the contact" className="min-w-0 space-y-8">
          <Tags contact={contact} mayWrite={mayWrite} />
          <Stages contact={contact} mayWrite={mayWrite} />
          <Links contactId={contact.id} />
          <Deliveries contactId={contact.id} mayWrite={mayWrite} />
          <Dates contact={contact} />
        </aside>
      </div>
    </PageFrame>
  );
}

function Found({ id }: { id: string }) {
  const contact = useContact(id);
  if (contact.data !== undefined) return <Loaded contact={contact.data} />;
  if (contact.isError) {
    return (
      <NotThere
        what="contact"
        error={contact.error}
        all={{ ...ALL, label: "See all contacts" }}
        onRetry={() => void contact.refetch()}
      />
    );
  }
  return (
    <PageFrame title="Contact" back={ALL}>
      <Loading what="the contact" />
    </PageFrame>
  );
}

/** One customer: who they are, what is noted of them, what happened, and what is sent to them. */
export function ContactPage() {
  const { contactId = "" } = useParams();
  const allowed = useAllowed("crm:read");
  return allowed ? <Found key={contactId} id={contactId} /> : <NotAllowed what="contacts" />;
}
