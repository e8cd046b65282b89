import { useState } from "react";

import type { ApprovalDetails } from "../../api/approvals";
import { Button } from "../../design/Button";
import { Notice } from "../../design/Notice";
import { useAllowed, useSelf } from "../account/useAuth";
import { ModifyDialog } from "./ModifyDialog";
import { Countdown } from "./marks";
import { VerdictDialog } from "./VerdictDialog";
import { isOpen } from "./words";

type PanelProps = { approval: ApprovalDetails; onLate: (message: string) => void };
type Asking = "approve" | "modify" | "reject";

function TimeToDecide({ approval }: { approval: ApprovalDetails }) {
  if (approval.status === "escalated") {
    return <>Nobody decided in time. A ticket was opened, and you can still decide.</>;
  }
  return <Countdown approval={approval} />;
}

/** The decision, as long as it can be taken: for who may, with buttons; for others, who decides. */
export function DecisionPanel({ approval, onLate }: PanelProps) {
  const me = useSelf();
  const mayDecide = useAllowed("approvals:decide") && me.user !== null;
  const [asking, setAsking] = useState<Asking | null>(null);
  if (!isOpen(approval.status)) return null;
  const close = () => {
    setAsking(null);
  };
  const late = (message: string) => {
    close();
    onLate(message);
  };
  const ask = (what: Asking) => () => {
    setAsking(what);
  };
  if (!mayDecide) {
    return (
      <Notice icon="lock">
        <TimeToDecide approval={approval} />
        <span className="mt-1 block">Your role may look on. An operator decides.</span>
      </Notice>
    );
  }
  return (
    <section
      aria-label="Your decision"
      className="flex flex-wrap items-center gap-x-5 gap-y-3 rounded-2xl border border-line bg-surface p-4"
    >
      <p className="min-w-0 flex-1 basis-52 text-[0.9375rem]">
        <TimeToDecide approval={approval} />
        {approval.parameters === null && (
          <span className="mt-1 block text-sm text-warn">
            The tool {approval.action.tool} is switched off: what you allow cannot be carried out.
          </span>
        )}
      </p>
      <div className="flex flex-wrap gap-2 max-sm:w-full max-sm:*:flex-1">
        <Button onClick={ask("reject")}>Refuse</Button>
        {approval.parameters !== null && <Button onClick={ask("modify")}>Change</Button>}
        <Button look="solid" icon="check" onClick={ask("approve")}>
          Allow
        </Button>
      </div>
      {asking === "modify" && approval.parameters !== null && (
        <ModifyDialog
          approval={approval}
          parameters={approval.parameters}
          onClose={close}
          onLate={late}
        />
      )}
      {(asking === "approve" || asking === "reject") && (
        <VerdictDialog approval={approval} verdict={asking} onClose={close} onLate={late} />
      )}
    </section>
  );
}
