"""Killed anywhere, on a full disk, in a crowd: a committed turn has its record, once, and the chain is one."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from audit.killed import TURNS
from audit.parts import inputs, open_audit
from deskhand.audit.model import AlreadyRecorded, AuditFilter, AuditNotWritten
from deskhand.kit.blobs import BlobStore
from deskhand.kit.db import Database
from deskhand.kit.errors import Unavailable
from deskhand.settings import AuditWriteMode

TESTS = Path(__file__).parents[1]
DEADLINE = 120.0


def killed_at(statement: int, mode: AuditWriteMode, database: Path, blobs: Path) -> list[str]:
    """The turns that the process had committed when it was killed."""
    environment = os.environ | {"PYTHONPATH": f"{TESTS}:{TESTS.parent / 'src'}"}
    arguments = [str(database), str(blobs), mode.value, str(statement)]
    ended = subprocess.run(
        [sys.executable, "-m", "audit.killed", *arguments],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        env=environment,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stdout + ended.stderr
    return ended.stdout.split()


@pytest.mark.parametrize(
    ("statement", "mode"),
    [
        (2, AuditWriteMode.ASYNC),
        (7, AuditWriteMode.ASYNC),
        (11, AuditWriteMode.ASYNC),
        (16, AuditWriteMode.ASYNC),
        (22, AuditWriteMode.ASYNC),
        (31, AuditWriteMode.ASYNC),
        (4, AuditWriteMode.SYNC),
        (9, AuditWriteMode.SYNC),
        (21, AuditWriteMode.SYNC),
    ],
)
async def test_a_process_that_is_killed_loses_no_committed_turn_and_records_none_twice(
    database: Database, database_path: Path, tmp_path: Path, statement: int, mode: AuditWriteMode
) -> None:
    blobs = tmp_path / "blobs"
    committed = await asyncio.to_thread(killed_at, statement, mode, database_path, blobs)
    assert "end" not in committed

    audit = await open_audit(database, mode=mode, blobs=BlobStore.open(f"file://{blobs}"), blob_bytes=0)
    await audit.writer.settle()
    recorded = {row["turn_id"] for row in await audit.rows("SELECT turn_id FROM audit_records")}
    assert set(committed) <= recorded
    assert len(recorded) - len(committed) <= 1, "at most the one whose commit it did not live to tell"

    for number in range(TURNS):
        try:
            await audit.turn(turn_ids=(f"trn_{number}",), contact_id="con_1")
        except AlreadyRecorded:
            assert f"trn_{number}" in recorded
    await audit.writer.settle()
    report = await audit.verifier.verify(audit.scope, limit=100)
    assert (report.broken, report.checked, report.payloads_checked, report.waiting) == (None, TURNS, TURNS, 0)
    assert await audit.rows("SELECT record_id FROM audit_payloads") == []


def fill_up(database: Database) -> dict[str, int]:
    """From the next connection on the disk has no page left, but for those that `room` says."""
    room = {"pages": 0}

    @event.listens_for(database.engine.sync_engine, "connect")
    def limit(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA page_count")
        (count,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {count + room['pages']}")
        cursor.close()

    return room


@pytest.mark.parametrize("mode", list(AuditWriteMode))
async def test_on_a_full_disk_the_turn_fails_clearly_and_what_was_stored_before_stays(
    database: Database, mode: AuditWriteMode
) -> None:
    audit = await open_audit(database, mode=mode)
    await audit.turns(3)
    await audit.execute("CREATE TABLE said (words TEXT)")
    await audit.execute("INSERT INTO said VALUES ('The customer''s message')")
    room = fill_up(database)
    await database.engine.dispose()
    large = inputs(text=" ".join(str(number * 7919 % 10007) for number in range(30_000)))

    with pytest.raises(AuditNotWritten, match="your message is kept") as failed:
        await audit.turn(turn_ids=("trn_full",), inputs=large)

    assert isinstance(failed.value, Unavailable)
    assert "7919" not in failed.value.detail
    assert await audit.rows("SELECT words FROM said") == [{"words": "The customer's message"}]
    assert (await audit.reader.page(audit.scope, AuditFilter(), limit=10, offset=0)).total == 3

    room["pages"] = 10_000
    await database.engine.dispose()
    await audit.turn(turn_ids=("trn_full",), inputs=large)
    await audit.writer.settle()
    assert (await audit.verifier.verify(audit.scope, limit=10)).checked == 4


async def test_two_processes_on_one_file_make_one_chain(database: Database, database_path: Path) -> None:
    """Each with a database object, and so a lock, of its own."""
    audit = await open_audit(database)
    second = Database(f"sqlite+aiosqlite:///{database_path}")
    try:
        other = await open_audit(second, clock=audit.clock)
        await asyncio.gather(*(each.turn() for _ in range(15) for each in (audit, other)))
    finally:
        await second.close()

    report = await audit.verifier.verify(audit.scope, limit=100)
    assert (report.checked, report.broken) == (30, None)
