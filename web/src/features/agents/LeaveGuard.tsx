import { useEffect } from "react";
import { useBlocker } from "react-router";

import { Button } from "../../design/Button";
import { Dialog } from "../../design/Dialog";

type LeaveGuardProps = { active: boolean; within: string; onDiscard: () => void };

/** Asks before unsaved changes are left behind. The agent's own tabs are not elsewhere. */
export function LeaveGuard({ active, within, onDiscard }: LeaveGuardProps) {
  const blocker = useBlocker(
    ({ nextLocation }) =>
      active && nextLocation.pathname !== within && !nextLocation.pathname.startsWith(`${within}/`),
  );
  useEffect(() => {
    if (!active) return;
    const ask = (event: BeforeUnloadEvent) => {
      event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => {
      removeEventListener("beforeunload", ask);
    };
  }, [active]);
  if (blocker.state !== "blocked") return null;
  const stay = () => {
    blocker.reset();
  };
  return (
    <Dialog
      title="Leave without saving?"
      onClose={stay}
      actions={
        <>
          <Button
            look="plain"
            onClick={() => {
              onDiscard();
              blocker.proceed();
            }}
          >
            Leave, drop the changes
          </Button>
          <Button look="solid" onClick={stay}>
            Stay
          </Button>
        </>
      }
    >
      <p className="leading-relaxed text-ink-soft">
        Your changes to this contract are not saved yet.
      </p>
    </Dialog>
  );
}
