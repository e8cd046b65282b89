"""A process that carries a plan out, and kills itself at a given statement. Started by `test_plan_killed.py`."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event

from deskhand.orchestration.asking import Asked
from orchestration.plan_parts import ScriptedAgents, open_desk, part

SUBTASKS = (part("a"), part("b"), part("c", "a"), part("d", "a", "b"), part("e", "c", "d"))
NEVER = 1_000_000


class ToldAgents(ScriptedAgents):
    """Says on standard output what it was asked; at one question the process is killed."""

    def __init__(self, fatal: str) -> None:
        super().__init__()
        self._fatal = fatal

    async def ask(self, scope: Any, agent_id: str, question: str, **where: Any) -> Asked:
        print("asked", question, flush=True)  # noqa: T201 - for whoever started it
        if question == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().ask(scope, agent_id, question, **where)


async def main(where: Path, fatal: str) -> None:
    executed, at = 0, int(fatal) if fatal.isdigit() else NEVER
    async with open_desk(where, ToldAgents(fatal)) as desk:

        @event.listens_for(desk.store.database.engine.sync_engine, "after_cursor_execute")
        def count(*_: Any) -> None:
            nonlocal executed
            executed += 1
            if executed == at:
                os.kill(os.getpid(), signal.SIGKILL)

        plan = await desk.start(*SUBTASKS)
        print("plan", plan.id, flush=True)  # noqa: T201
        await desk.settle()
        print("end", executed, flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
