"""The audit on SQLite and on PostgreSQL, where processes write at once, and with blobs on a server."""

import asyncio
from pathlib import Path

import pytest

from audit.parts import inputs, open_audit
from deskhand.audit.model import AlreadyRecorded, AuditFilter, BreakReason, SealState
from deskhand.kit.blobs import BlobStore
from deskhand.kit.db import Database
from deskhand.settings import AuditWriteMode
from kit.s3_server import KEY_ID, s3_server
from migrations.conftest import database, database_url, postgres, postgres_url

__all__ = ["database", "database_url", "postgres", "postgres_url"]
ODD = "\x00\ud800 'x' ☕ " + "x" * 3_000


@pytest.mark.parametrize("mode", list(AuditWriteMode))
async def test_processes_that_write_at_once_make_one_chain_without_forks(
    database: Database, database_url: str, mode: AuditWriteMode
) -> None:
    audit = await open_audit(database, mode=mode)
    second = Database(database_url)
    try:
        other = await open_audit(second, mode=mode, clock=audit.clock)
        turns = [each.turn() for _ in range(20) for each in (audit, other)]
        await asyncio.gather(*turns)
        await asyncio.gather(audit.writer.settle(), other.writer.settle(), audit.writer.settle())
    finally:
        await second.close()

    report = await audit.verifier.verify(audit.scope, limit=100)
    assert (report.checked, report.broken, report.waiting, report.head.seq) == (40, None, 0, 40)


async def test_one_turn_recorded_by_two_processes_at_once_has_one_record(database: Database, database_url: str) -> None:
    audit = await open_audit(database)
    second = Database(database_url)
    try:
        other = await open_audit(second, clock=audit.clock)
        outcomes = await asyncio.gather(
            *(each.turn(turn_ids=("trn_1",)) for each in (audit, other)), return_exceptions=True
        )
    finally:
        await second.close()

    assert [type(outcome) for outcome in outcomes].count(AlreadyRecorded) == 1
    report = await audit.verifier.verify(audit.scope, limit=100)
    assert (report.checked, report.broken) == (1, None)


async def test_a_record_s_whole_life(database: Database) -> None:
    audit = await open_audit(database, mode=AuditWriteMode.ASYNC, blob_bytes=0)
    record_id = await audit.turn(answer=ODD, model=ODD, ticket_id="ESC-1", inputs=inputs(text=ODD))
    await audit.writer.settle()
    found = await audit.reader.page(
        audit.scope,
        AuditFilter(tool="search_knowledge", ticket="ESC-1", words="esc-1 SUPPORT", since=audit.clock.now()),
        limit=1,
        offset=0,
    )
    assert [record.id for record in found.items] == [record_id]
    assert (await audit.reader.payload(audit.scope, record_id)).inputs.text == ODD

    await audit.eraser.erase(audit.scope, audit.contact_id)
    await audit.writer.settle()

    assert (await audit.reader.record(audit.scope, record_id)).state is SealState.ERASED
    report = await audit.verifier.verify(audit.scope, limit=100)
    assert (report.checked, report.broken, report.payloads_checked) == (2, None, 1)
    await audit.execute("UPDATE audit_heads SET count = 1")
    await audit.turn()
    await audit.writer.settle()
    report = await audit.verifier.verify(audit.scope, limit=100)
    assert report.broken is not None
    assert (report.broken.seq, report.broken.reason) == (3, BreakReason.HEAD_ALTERED)


async def test_payloads_move_to_a_server_and_stay_in_the_database_while_it_fails(tmp_path: Path) -> None:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path}/audit.db")
    with s3_server() as server:
        options = {
            "aws_access_key_id": KEY_ID,
            "aws_secret_access_key": "secret",
            "aws_endpoint": server.url,
            "aws_region": "eu-west-1",
        }
        blobs = BlobStore.open("s3://bucket", options=options, timeout_seconds=10.0, retries=0)
        audit = await open_audit(opened, blobs=blobs, blob_bytes=0)
        record_id = await audit.turn()

        server.fail_with = 503
        await audit.writer.settle()
        assert server.objects == {}
        assert (await audit.reader.payload(audit.scope, record_id)).inputs == inputs()

        server.fail_with = None
        audit.clock.move(hours=1)
        await audit.writer.settle()
        assert list(server.objects) == [f"{audit.scope.tenant_id}/audit/{record_id}"]
        assert (await audit.reader.payload(audit.scope, record_id)).inputs == inputs()
        assert (await audit.verifier.verify(audit.scope, limit=10)).payloads_checked == 1

        (key,) = server.objects
        server.objects[key] = server.objects[key][:-1] + bytes([server.objects[key][-1] ^ 1])
        report = await audit.verifier.verify(audit.scope, limit=10)
        assert report.broken is not None
        assert report.broken.reason is BreakReason.PAYLOAD_ALTERED
    await opened.close()
