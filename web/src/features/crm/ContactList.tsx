import { Link } from "react-router";

import type { Contact } from "../../api/crm";
import { When } from "../../console/When";
import { Tag } from "../../design/Badge";
import { cx } from "../../design/cx";
import { AccountDot, StageText } from "./marks";
import { contactName } from "./words";

const MOST_TAGS = 4;

function Reached({ contact }: { contact: Contact }) {
  const ways = [contact.company, contact.name === null ? null : contact.email, contact.phone];
  const known = ways.filter((way) => way !== null && way !== contactName(contact));
  return (
    <p className="mt-1 flex flex-wrap gap-x-3 text-sm text-ink-faint">
      {known.map((way) => (
        <span key={way} className="[overflow-wrap:anywhere]">
          {way}
        </span>
      ))}
      {known.length === 0 && contact.name === null && (
        <span className="font-mono text-[0.8125rem]">{contact.id}</span>
      )}
    </p>
  );
}

function Row({ contact }: { contact: Contact }) {
  const named = contact.name !== null || contact.email !== null || contact.phone !== null;
  const at = contact.updated_at ?? contact.created_at;
  return (
    <tr className="group border-b border-line align-top">
      <th scope="row" className="py-3.5 pe-4 text-start font-normal">
        <Link
          to={`/console/contacts/${encodeURIComponent(contact.id)}`}
          className={cx(
            "line-clamp-2 [overflow-wrap:anywhere] group-hover:text-accent hover:underline hover:underline-offset-4",
            named ? "font-semibold" : "text-ink-soft",
          )}
        >
          {contactName(contact)}
        </Link>
        <Reached contact={contact} />
        {contact.tags.length > 0 && (
          <p className="mt-1.5 flex flex-wrap gap-1.5">
            {contact.tags.slice(0, MOST_TAGS).map((tag) => (
              <Tag key={tag}>{tag}</Tag>
            ))}
            {contact.tags.length > MOST_TAGS && <Tag>+{contact.tags.length - MOST_TAGS}</Tag>}
          </p>
        )}
        <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-ink-soft md:hidden">
          <AccountDot status={contact.account_status} />
          <StageText contact={contact} />
        </div>
      </th>
      <td className="py-3.5 pe-4 text-sm max-md:hidden">
        <StageText contact={contact} />
      </td>
      <td className="py-3.5 pe-4 max-md:hidden">
        <AccountDot status={contact.account_status} />
      </td>
      <td className="py-3.5 text-sm text-ink-soft max-md:hidden">
        {at !== null && <When at={at} />}
      </td>
    </tr>
  );
}

/** Customers, each with what one tells them apart by. */
export function ContactList({ contacts }: { contacts: Contact[] }) {
  const head = "pb-2 pe-4 text-start font-medium whitespace-nowrap max-md:hidden";
  return (
    <table className="w-full table-auto border-collapse">
      <caption className="sr-only">Contacts</caption>
      <thead className="border-b border-line text-[0.8125rem] text-ink-faint max-md:hidden">
        <tr>
          <th scope="col" className={head}>
            Customer
          </th>
          <th scope="col" className={`${head} w-40`}>
            Stage
          </th>
          <th scope="col" className={`${head} w-32`}>
            Account
          </th>
          <th scope="col" className={`${head} w-32`}>
            Changed
          </th>
        </tr>
      </thead>
      <tbody>
        {contacts.map((contact) => (
          <Row key={contact.id} contact={contact} />
        ))}
      </tbody>
    </table>
  );
}
