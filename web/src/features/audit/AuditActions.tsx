import { useState } from "react";

import { auditApi, type AuditFilter } from "../../api/audit";
import { saveFile } from "../../api/download";
import { useAct } from "../../console/useAct";
import { Button } from "../../design/Button";
import { Dialog } from "../../design/Dialog";
import { Notice } from "../../design/Notice";
import { useAllowed, useAuthStore } from "../account/useAuth";
import { type Check, checkText, noCheck, withReport } from "./words";

/** Walks the chain to its end, in parts. */
function useCheck() {
  const auth = useAuthStore();
  const [check, setCheck] = useState<Check | null>(null);
  const { act, busy, failure } = useAct();
  const run = () =>
    void act(async () => {
      let sofar = noCheck;
      setCheck(sofar);
      while (!sofar.complete) {
        const { after } = sofar;
        const report = await auth.with((token) => auditApi.verify(token, after));
        const next = withReport(sofar, report);
        // A part without a step forward would go on for ever.
        const stuck = after !== null && next.after?.seq === after.seq;
        sofar = stuck ? { ...next, complete: true } : next;
        setCheck(sofar);
      }
    });
  return { check, run, busy, failure };
}

function CheckDialog({ onClose }: { onClose: () => void }) {
  const { check, run, busy, failure } = useCheck();
  return (
    <Dialog
      title="Check the chain"
      onClose={onClose}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            Close
          </Button>
          <Button look="solid" aria-disabled={busy} onClick={run}>
            {busy ? "Checking…" : check === null ? "Check" : "Check again"}
          </Button>
        </>
      }
    >
      <p className="text-[0.9375rem] leading-relaxed text-ink-soft">
        Each record holds the mark of the one before. A record that was changed, taken out or put in
        afterwards breaks the chain, and the check says where.
      </p>
      <div role="status" aria-label="Result" className="mt-4 not-empty:block">
        {check !== null && (check.checked > 0 || check.complete) && (
          <Notice
            tone={check.broken === null ? "help" : "danger"}
            icon={check.broken === null ? (check.complete ? "check" : "clock") : "alert"}
          >
            {checkText(check)}
          </Notice>
        )}
        {failure !== null && (
          <Notice tone="danger" icon="alert">
            The chain could not be checked. {failure}
          </Notice>
        )}
      </div>
    </Dialog>
  );
}

/** The chain as a whole, and everything that the filters show as a file. */
export function AuditActions({ filter }: { filter: AuditFilter }) {
  const mayCheck = useAllowed("audit:write");
  const [checking, setChecking] = useState(false);
  const { act, busy, failure } = useAct();
  const save = (format: "jsonl" | "csv") => () =>
    void act((token) => auditApi.export(token, filter, format), saveFile);
  return (
    <>
      {failure !== null && (
        <span role="alert" className="text-sm text-danger">
          {failure}
        </span>
      )}
      <Button look="plain" icon="download" aria-disabled={busy} onClick={save("csv")}>
        CSV
      </Button>
      <Button look="plain" icon="download" aria-disabled={busy} onClick={save("jsonl")}>
        JSON Lines
      </Button>
      {mayCheck && (
        <Button
          icon="link"
          onClick={() => {
            setChecking(true);
          }}
        >
          Check the chain
        </Button>
      )}
      {checking && (
        <CheckDialog
          onClose={() => {
            setChecking(false);
          }}
        />
      )}
    </>
  );
}
