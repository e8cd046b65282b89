/** Small signs of a contact. */
import type { AccountStatus, Contact } from "../../api/crm";
import { StateDot } from "../../design/Badge";
import { choiceText } from "../../form/words";
import { STATUS_TONES } from "./words";

export function AccountDot({ status }: { status: AccountStatus }) {
  return <StateDot tone={STATUS_TONES[status]}>{choiceText(status)}</StateDot>;
}

/** Where the customer stands; with several pipelines, in the one they were moved in last. */
export function StageText({ contact }: { contact: Pick<Contact, "pipeline" | "pipelines"> }) {
  const { pipeline, pipelines } = contact;
  if (pipeline === null) return null;
  return (
    <span className="[overflow-wrap:anywhere]">
      {pipelines.length > 1 && <span className="text-ink-faint">{pipeline.name}: </span>}
      {pipeline.stage}
    </span>
  );
}
