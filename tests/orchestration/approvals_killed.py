"""A process that asks, decides and carries out, and kills itself on the way. Started by `test_approval_killed.py`."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event

from deskhand.orchestration.approval_model import OPEN, Verdict, WantedDecision
from orchestration.approvals import Counter, open_counter

APPROVE = WantedDecision(verdict=Verdict.APPROVE)
ASKED: dict[str, dict[str, Any]] = {
    "issue_refund": {"order": "A-1", "amount": "620.00"},
    "pay_out": {"order": "A-1", "amount": "620.00"},
    "send_replacement": {"order": "A-1"},
}


async def story(counter: Counter, tool: str, point: Any) -> None:
    """A call, the decision on its request, and what follows. Told again it comes to the same."""
    known = await counter.everything()
    if not known or known[0].status in OPEN:  # what is done already may be asked for anew, which is another story
        await counter.call(tool, **ASKED[tool])
    (approval,) = await counter.everything()
    point("requested")
    await counter.approvals.decide(counter.operator, approval.id, APPROVE)
    point("decided")
    await counter.jobs.run_due()


async def main(folder: Path, bank: str, tool: str, fatal: str) -> None:
    def point(reached: str) -> None:
        if reached == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    async with open_counter(folder, bank=bank, point=point) as counter:
        executed = 0

        @event.listens_for(counter.rig.store.database.engine.sync_engine, "after_cursor_execute")
        def count(*_: Any) -> None:
            nonlocal executed
            executed += 1
            point(f"statement {executed}")

        await story(counter, tool, point)
        print("end", flush=True)  # noqa: T201 - for whoever started it


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]))
