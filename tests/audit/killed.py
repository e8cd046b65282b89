"""A process that records turns and settles them, and kills itself at a given statement. Started by `test_killed.py`."""

import asyncio
import os
import signal
import sys
from typing import Any

from sqlalchemy import event

from audit.parts import open_audit
from deskhand.kit.blobs import BlobStore
from deskhand.kit.db import Database
from deskhand.settings import AuditWriteMode

TURNS = 6


async def main(path: str, blobs: str, mode: str, fatal: int) -> None:
    database = Database(f"sqlite+aiosqlite:///{path}")
    audit = await open_audit(database, mode=AuditWriteMode(mode), blobs=BlobStore.open(f"file://{blobs}"), blob_bytes=0)
    executed = 0

    @event.listens_for(database.engine.sync_engine, "after_cursor_execute")
    def count(*_: Any) -> None:
        nonlocal executed
        executed += 1
        if executed == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    for number in range(TURNS):
        await audit.turn(turn_ids=(f"trn_{number}",), contact_id="con_1")
        print(f"trn_{number}", flush=True)  # noqa: T201 - for whoever started it
        if number % 2:
            await audit.writer.settle()
    print("end", flush=True)  # noqa: T201
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
