"""A process that adds jobs and does them, and kills itself at a given statement. Started by `test_killed.py`."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.jobs.model import Job
from deskhand.tenancy.scope import TenantScope
from jobs.queues import KIND, Works, open_works

JOBS = 4
ATOMIC = "atomic"


def handlers(works: Works, effects: Path) -> None:
    """One kind leaves a line in a file each time it runs, one adds a job in the transaction that ends it."""

    async def append(_scope: TenantScope, job: Job) -> None:
        with effects.open("a", encoding="utf-8") as file:
            file.write(f"{job.key}\n")

    async def add(db: AsyncSession, scope: TenantScope, job: Job) -> None:
        assert await works.queue.add(db, scope, kind="effect", key=job.key, payload={})

    works.queue.handle(KIND, append)
    works.queue.handle_in_transaction(ATOMIC, add)


async def main(url: str, effects: str, fatal: int) -> None:
    async with open_works(url) as works:
        handlers(works, Path(effects))
        executed = 0

        @event.listens_for(works.database.engine.sync_engine, "after_cursor_execute")
        def count(*_: Any) -> None:
            nonlocal executed
            executed += 1
            if executed == fatal:
                os.kill(os.getpid(), signal.SIGKILL)

        for number in range(JOBS):
            await works.add(str(number))
            await works.add(str(number), kind=ATOMIC)
            print(number, flush=True)  # noqa: T201 - for whoever started it
        await works.queue.run_due()
        print("end", flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
