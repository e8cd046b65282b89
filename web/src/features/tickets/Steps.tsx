import { useState } from "react";

import { type TicketDetails, ticketsApi } from "../../api/tickets";
import { useToast } from "../../console/toasts";
import { useAct } from "../../console/useAct";
import { Button } from "../../design/Button";
import { useSelf } from "../account/useAuth";
import { useTicketChanged } from "./queries";
import { ResolveDialog } from "./ResolveDialog";

/** The steps that the ticket allows now. */
export function Steps({ ticket }: { ticket: TicketDetails }) {
  const me = useSelf();
  const tell = useToast();
  const changed = useTicketChanged();
  const [resolving, setResolving] = useState(false);
  const { act, failure } = useAct();
  const { id, allowed } = ticket;
  const takes = me.user !== null && me.user.id !== ticket.assignee_id;
  const step = (work: (token: string) => Promise<TicketDetails>, text: string) =>
    void act(work, (next) => {
      changed(next);
      tell({ text });
    });
  return (
    <>
      <span role="alert" className="text-sm text-danger empty:hidden">
        {failure}
      </span>
      {allowed.includes("reopen") && (
        <Button
          small
          icon="restore"
          onClick={() => {
            step((token) => ticketsApi.reopen(token, id), `${id} is open again.`);
          }}
        >
          Reopen
        </Button>
      )}
      {allowed.includes("close") && (
        <Button
          small
          look="plain"
          onClick={() => {
            step((token) => ticketsApi.close(token, id), `${id} is closed.`);
          }}
        >
          Close
        </Button>
      )}
      {allowed.includes("resolve") && (
        <Button
          small
          icon="check"
          onClick={() => {
            setResolving(true);
          }}
        >
          Resolve
        </Button>
      )}
      {takes && allowed.includes("assign") && (
        <Button
          small
          look="solid"
          icon="person"
          onClick={() => {
            step((token) => ticketsApi.assign(token, id), `${id} is yours.`);
          }}
        >
          Assign to me
        </Button>
      )}
      {resolving && (
        <ResolveDialog
          id={id}
          onClose={() => {
            setResolving(false);
          }}
        />
      )}
    </>
  );
}
