"""Records that wait for their place in the chain, and payloads on their way to the blob store: nothing is lost."""

import asyncio
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from audit.parts import Audit, inputs, open_audit
from deskhand.audit.model import AuditFilter, PayloadGone
from deskhand.audit.payloads import LONGEST_WAIT
from deskhand.kit.blobs import BlobStore, BlobUnavailable
from deskhand.kit.db import Database
from deskhand.settings import AuditWriteMode


class FailingBlobs(BlobStore):
    """A blob store whose disk is full until it is mended."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
        self.full = True
        self.puts = 0

    async def put(self, key: str, content: bytes) -> None:
        self.puts += 1
        if self.full:
            raise BlobUnavailable("The blob store did not do its work.")
        await super().put(key, content)

    async def get(self, key: str) -> bytes:
        if self.full:
            raise BlobUnavailable("The blob store did not do its work.")
        return await super().get(key)


@pytest.fixture
async def waiting(database: Database) -> Audit:
    return await open_audit(database, mode=AuditWriteMode.ASYNC)


async def where(audit: Audit) -> list[tuple[int, bool, bool]]:
    """Of each record: its number, whether it names a blob, whether its payload is in the database."""
    rows = await audit.rows(
        "SELECT r.seq, r.blob_key, p.record_id FROM audit_records r LEFT JOIN audit_payloads p ON p.record_id = r.id "
        "ORDER BY r.id"
    )
    return [(row["seq"], row["blob_key"] is not None, row["record_id"] is not None) for row in rows]


async def test_a_record_that_waits_can_be_read_and_is_counted_as_waiting(waiting: Audit) -> None:
    record_id = await waiting.turn()

    record = await waiting.reader.record(waiting.scope, record_id)
    report = await waiting.verifier.verify(waiting.scope, limit=10)

    assert (record.seq, record.hash) == (None, None)
    assert record.sealed is not None
    assert (report.waiting, report.checked, report.broken) == (1, 0, None)


async def test_settling_chains_what_waits_in_the_order_in_which_it_was_written(waiting: Audit) -> None:
    written = await waiting.turns(450)

    assert await waiting.writer.settle() == 450
    assert await waiting.writer.settle() == 0

    rows = await waiting.rows("SELECT id FROM audit_records ORDER BY seq")
    assert [row["id"] for row in rows] == written
    report = await waiting.verifier.verify(waiting.scope, limit=1000)
    assert (report.waiting, report.checked, report.broken) == (0, 450, None)


async def test_settling_at_once_in_several_places_makes_one_chain(waiting: Audit, database: Database) -> None:
    other = await open_audit(database, mode=AuditWriteMode.ASYNC, clock=waiting.clock)
    await waiting.turns(30)

    counts = await asyncio.gather(waiting.writer.settle(), other.writer.settle(), waiting.writer.settle())

    assert sum(counts) == 30
    assert (await waiting.verifier.verify(waiting.scope, limit=100)).checked == 30


async def test_every_tenant_is_settled(waiting: Audit, database: Database) -> None:
    other = await open_audit(database, mode=AuditWriteMode.ASYNC, slug="other", clock=waiting.clock)
    await waiting.turns(2)
    await other.turns(3)

    assert await waiting.writer.settle() == 5

    for audit, count in ((waiting, 2), (other, 3)):
        report = await audit.verifier.verify(audit.scope, limit=10)
        assert (report.checked, report.broken, report.head.seq) == (count, None, count)


async def test_records_of_both_modes_stand_in_one_chain(waiting: Audit, database: Database) -> None:
    await waiting.turns(2)
    sync = await open_audit(database, clock=waiting.clock)
    await sync.turns(2)
    await sync.writer.settle()

    assert [seq for seq, _, _ in await where(sync)] == [3, 4, 1, 2]
    assert (await sync.verifier.verify(sync.scope, limit=10)).broken is None


async def test_a_large_payload_moves_to_the_blob_store_and_a_small_one_stays(database: Database) -> None:
    audit = await open_audit(database, blob_bytes=2_000)
    small = await audit.turn()
    large = await audit.turn(inputs=inputs(text=" ".join(str(number * 7919 % 10007) for number in range(5_000))))
    assert await where(audit) == [(1, False, True), (2, False, True)]

    await audit.writer.settle()

    assert await where(audit) == [(1, False, True), (2, True, False)]
    assert await audit.blobs.keys("") == [f"{audit.scope.tenant_id}/audit/{large}"]
    for record_id in (small, large):
        assert (await audit.reader.payload(audit.scope, record_id)).inputs.agent_id == "support"
    assert (await audit.verifier.verify(audit.scope, limit=10)).broken is None


async def test_what_lies_in_the_blob_store_is_a_ciphertext(database: Database) -> None:
    audit = await open_audit(database, blob_bytes=0)
    await audit.turn(inputs=inputs(text="helmet " * 200))
    await audit.writer.settle()

    (key,) = await audit.blobs.keys("")
    content = await audit.blobs.get(key)
    assert b"helmet" not in content
    assert len(content) > 28


async def test_a_full_blob_store_costs_no_turn_and_is_tried_again_later_and_later(database: Database) -> None:
    blobs = FailingBlobs()
    audit = await open_audit(database, blobs=blobs, blob_bytes=0)
    ids = await audit.turns(3)

    await audit.writer.settle()
    assert await where(audit) == [(1, False, True), (2, False, True), (3, False, True)]
    assert blobs.puts == 1, "after the first refusal the others are left alone"
    await audit.writer.settle()
    await audit.writer.settle()
    await audit.writer.settle()
    assert blobs.puts == 3, "each of them is due once"

    audit.clock.move(seconds=5)
    await audit.writer.settle()
    assert blobs.puts == 4
    for _ in range(40):
        audit.clock.move(seconds=LONGEST_WAIT.total_seconds())
        await audit.writer.settle()
    assert blobs.puts == 44, "it never waits longer than that"

    blobs.full = False
    audit.clock.move(seconds=LONGEST_WAIT.total_seconds())
    await audit.writer.settle()
    assert await where(audit) == [(1, True, False), (2, True, False), (3, True, False)]
    for record_id in ids:
        assert (await audit.reader.payload(audit.scope, record_id)).outcome.kind == "answer"


async def test_a_blob_store_that_does_not_answer_does_not_make_the_audit_broken(database: Database) -> None:
    blobs = FailingBlobs()
    blobs.full = False
    audit = await open_audit(database, blobs=blobs, blob_bytes=0)
    (record_id, _) = await audit.turns(2)
    await audit.writer.settle()
    blobs.full = True

    report = await audit.verifier.verify(audit.scope, limit=10)

    assert (report.broken, report.checked, report.payloads_checked, report.payloads_unreachable) == (None, 2, 0, 2)
    with pytest.raises(BlobUnavailable):
        await audit.reader.payload(audit.scope, record_id)


async def test_a_blob_that_is_gone_is_told(database: Database) -> None:
    audit = await open_audit(database, blob_bytes=0)
    record_id = await audit.turn()
    await audit.writer.settle()
    for key in await audit.blobs.keys(""):
        await audit.blobs.delete(key)

    with pytest.raises(PayloadGone, match="missing from the blob store"):
        await audit.reader.payload(audit.scope, record_id)
    await audit.execute("UPDATE audit_records SET blob_key = NULL")
    with pytest.raises(PayloadGone, match="is missing: verify the audit"):
        await audit.reader.payload(audit.scope, record_id)


async def test_a_payload_moved_by_a_process_that_died_before_it_could_say_so_is_moved_again(
    database: Database, tmp_path: Path
) -> None:
    audit = await open_audit(database, blobs=BlobStore.open(f"file://{tmp_path}/blobs"), blob_bytes=0)
    record_id = await audit.turn()
    (row,) = await audit.rows("SELECT content FROM audit_payloads")
    await audit.blobs.put(f"{audit.scope.tenant_id}/audit/{record_id}", row["content"])

    await audit.writer.settle()

    assert await where(audit) == [(1, True, False)]
    assert (await audit.reader.payload(audit.scope, record_id)).outcome.kind == "answer"


async def test_many_turns_at_once_make_one_chain(audit: Audit) -> None:
    await asyncio.gather(*(audit.turn() for _ in range(40)))

    report = await audit.verifier.verify(audit.scope, limit=100)
    assert (report.checked, report.broken) == (40, None)
    assert (await audit.reader.page(audit.scope, AuditFilter(), limit=1, offset=0)).total == 40
