import type { Contact } from "../../api/crm";
import { Section } from "../../console/Section";
import { customFact, profileFacts } from "./facts";
import { FactRow } from "./FactRow";
import { useAgentChoices, useFields } from "./queries";

type ProfileProps = { contact: Contact; mayWrite: boolean };

/** Who the customer is, and what this organisation wants to know of its customers beyond that. */
export function Profile({ contact, mayWrite }: ProfileProps) {
  const options = useAgentChoices();
  const fields = useFields();
  const own = fields.data?.items ?? [];
  return (
    <>
      <Section title="Profile">
        <dl className="divide-y divide-line/60">
          {profileFacts(options).map((fact) => (
            <FactRow key={fact.id} fact={fact} contact={contact} mayWrite={mayWrite} />
          ))}
        </dl>
      </Section>
      {own.length > 0 && (
        <Section title="Your fields">
          <dl className="divide-y divide-line/60">
            {own.map((field) => (
              <FactRow
                key={field.key}
                fact={customFact(field)}
                contact={contact}
                mayWrite={mayWrite}
              />
            ))}
          </dl>
        </Section>
      )}
    </>
  );
}
