import { useId } from "react";

import { PRIORITIES, type Priority, type TicketDetails, ticketsApi } from "../../api/tickets";
import { Section } from "../../console/Section";
import { staffName, useStaff } from "../../console/staff";
import { exactText } from "../../console/times";
import { useAct } from "../../console/useAct";
import { Select } from "../../design/Control";
import { cx } from "../../design/cx";
import { choiceText } from "../../form/words";
import { useSelf } from "../account/useAuth";
import { useNow } from "../chat/time";
import { DueText } from "./marks";
import { useTicketChanged } from "./queries";
import { promises } from "./words";

type ServiceProps = { ticket: TicketDetails; mayWrite: boolean };

function Promises({ ticket }: { ticket: TicketDetails }) {
  const now = useNow();
  return (
    <ul className="space-y-2 text-sm">
      {promises(ticket.sla, now).map(({ label, due, done, words, late }) => (
        <li key={label} className="flex items-baseline justify-between gap-3">
          <span className="text-ink-faint">{label}</span>
          <span className="text-end">
            <span className={cx(late && "font-medium text-danger")}>{words}</span>
            <span className="block text-[0.8125rem] text-ink-faint">
              {done === null ? `due ${exactText(due)}` : exactText(done)}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Assignee({ ticket, act }: { ticket: TicketDetails; act: ReturnType<typeof useAct>["act"] }) {
  const id = useId();
  const { members, nameOf } = useStaff();
  const me = useSelf();
  const changed = useTicketChanged();
  const others = members.filter(
    (member) => member.status === "active" && member.role !== "viewer" && member.id !== me.user?.id,
  );
  const known = [me.user?.id, ...others.map((member) => member.id)];
  const { assignee_id: current } = ticket;
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm text-ink-faint">
        Assigned to
      </label>
      <Select
        id={id}
        value={current ?? ""}
        onChange={(event) => {
          const userId = event.target.value;
          if (userId === "") return;
          void act((token) => ticketsApi.assign(token, ticket.id, userId), changed);
        }}
      >
        {current === null && <option value="">Nobody yet</option>}
        {current !== null && !known.includes(current) && (
          <option value={current}>{nameOf(current)}</option>
        )}
        {me.user !== null && <option value={me.user.id}>{staffName(me.user)} (you)</option>}
        {others.map((member) => (
          <option key={member.id} value={member.id}>
            {staffName(member)}
          </option>
        ))}
      </Select>
    </div>
  );
}

/** What was promised, who has it and how pressing it is. */
export function Service({ ticket, mayWrite }: ServiceProps) {
  const id = useId();
  const { nameOf } = useStaff();
  const { act, failure } = useAct();
  const changed = useTicketChanged();
  const open = ticket.allowed.includes("assign");
  return (
    <Section title="Promised" aside={<DueTextSmall ticket={ticket} />}>
      <div className="space-y-4">
        <Promises ticket={ticket} />
        {mayWrite && open ? (
          <>
            <Assignee ticket={ticket} act={act} />
            <div>
              <label htmlFor={id} className="mb-1 block text-sm text-ink-faint">
                Priority
              </label>
              <Select
                id={id}
                value={ticket.priority}
                onChange={(event) => {
                  const priority = event.target.value as Priority;
                  void act((token) => ticketsApi.change(token, ticket.id, { priority }), changed);
                }}
              >
                {PRIORITIES.map((priority) => (
                  <option key={priority} value={priority}>
                    {choiceText(priority)}
                  </option>
                ))}
              </Select>
            </div>
          </>
        ) : (
          <p className="flex justify-between gap-3 text-sm">
            <span className="text-ink-faint">Assigned to</span>
            <span>{nameOf(ticket.assignee_id) ?? "Nobody"}</span>
          </p>
        )}
        {failure !== null && (
          <p role="alert" className="text-sm text-danger">
            {failure}
          </p>
        )}
      </div>
    </Section>
  );
}

function DueTextSmall({ ticket }: { ticket: TicketDetails }) {
  return (
    <span className="text-[0.8125rem]">
      <DueText ticket={ticket} />
    </span>
  );
}
