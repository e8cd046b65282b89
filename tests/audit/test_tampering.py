"""Whatever is done to the stored audit from outside shows, with the place where it begins."""

from pathlib import Path
from typing import Any

import pytest

from audit.parts import Audit, open_audit
from deskhand.audit.links import content_of, link_hash
from deskhand.audit.model import BreakReason, ChainReport, Link
from deskhand.audit.repository import AuditRepository
from deskhand.kit.blobs import BlobStore
from deskhand.kit.db import Database
from deskhand.tenancy.scope import TenantScope

ALL = 1_000


async def verify(audit: Audit, **wish: Any) -> ChainReport:
    return await audit.verifier.verify(audit.scope, **{"limit": ALL, **wish})


async def broken(audit: Audit, **wish: Any) -> tuple[int, BreakReason]:
    report = await verify(audit, **wish)
    assert report.broken is not None
    return report.broken.seq, report.broken.reason


@pytest.fixture
async def chain(audit: Audit) -> Audit:
    """Six records, sound."""
    await audit.turns(6)
    report = await verify(audit)
    assert (report.broken, report.complete, report.checked, report.payloads_checked) == (None, True, 6, 6)
    assert report.through == report.head
    return audit


async def test_an_audit_without_a_record_is_sound(audit: Audit) -> None:
    report = await verify(audit)

    assert (report.broken, report.complete, report.checked, report.head.seq) == (None, True, 0, 0)


@pytest.mark.parametrize(
    "change",
    [
        "model = 'another'",
        "contact_id = 'con_2'",
        "at = '2020-01-01 00:00:00.000000'",
        "at = 'no moment'",
        "cost_nanos = 7",
        "confidence = 'much'",
        "stages = '{\"searching\": 9}'",
        "stages = 'no JSON'",
        "stages = '{\"searching\": NaN}'",
        "tools = '[]'",
        "key_id = NULL",
        "payload_digest = 'x'",
        "sealed = X'00'",
        "sealed = NULL",
        "hash = 'x'",
        "hash = NULL",
        "event = 'erasure'",
        "degraded = 1",
    ],
)
async def test_a_changed_column_shows(chain: Audit, change: str) -> None:
    await chain.execute(f"UPDATE audit_records SET {change} WHERE seq = 3")  # noqa: S608 - the test's own words

    assert await broken(chain) == (3, BreakReason.ALTERED)


async def test_a_bit_of_a_ciphertext_shows(chain: Audit) -> None:
    (row,) = await chain.rows("SELECT sealed FROM audit_records WHERE seq = 4")
    flipped = bytes([row["sealed"][0] ^ 1]) + row["sealed"][1:]
    await chain.execute("UPDATE audit_records SET sealed = :flipped WHERE seq = 4", flipped=flipped)

    assert await broken(chain) == (4, BreakReason.ALTERED)


async def test_a_deleted_record_shows(chain: Audit) -> None:
    await chain.execute("DELETE FROM audit_records WHERE seq = 3")

    assert await broken(chain) == (3, BreakReason.MISSING)


async def test_deleted_records_at_the_beginning_show(chain: Audit) -> None:
    await chain.execute("DELETE FROM audit_records WHERE seq <= 2")

    report = await verify(chain)
    assert report.broken is not None
    assert (report.broken.seq, report.broken.detail) == (1, "Records 1 to 2 are missing.")


async def test_a_deleted_record_shows_when_the_others_close_up(chain: Audit) -> None:
    await chain.execute("DELETE FROM audit_records WHERE seq = 3")
    for seq in (4, 5, 6):
        await chain.execute("UPDATE audit_records SET seq = :less WHERE seq = :seq", seq=seq, less=seq - 1)

    assert await broken(chain) == (3, BreakReason.REORDERED)


@pytest.mark.parametrize(("first", "second"), [(2, 3), (1, 6), (2, 5)])
async def test_swapped_records_show(chain: Audit, first: int, second: int) -> None:
    for before, after in ((first, 99), (second, first), (99, second)):
        await chain.execute("UPDATE audit_records SET seq = :after WHERE seq = :before", before=before, after=after)

    assert await broken(chain) == (first, BreakReason.REORDERED)


async def test_a_record_put_in_the_place_of_another_shows(chain: Audit) -> None:
    """Its own hash is right, and it follows what is not there."""
    async with chain.store.read(chain.scope) as db:
        stored = await AuditRepository(db, chain.scope).at(4)
    assert stored is not None
    forged = link_hash(content_of(stored), 4, "f" * 64)
    await chain.execute(
        "UPDATE audit_records SET previous_hash = :previous, hash = :hash WHERE id = :id",
        previous="f" * 64,
        hash=forged,
        id=stored.id,
    )

    assert await broken(chain) == (4, BreakReason.REORDERED)


@pytest.mark.parametrize("kept", [0, 3, 5])
async def test_a_tail_that_is_cut_off_shows(chain: Audit, kept: int) -> None:
    await chain.execute("DELETE FROM audit_records WHERE seq > :kept", kept=kept)

    assert await broken(chain) == (kept + 1, BreakReason.CUT_OFF)


@pytest.mark.parametrize(
    "change", ["count = 4", "hash = 'x'", "signature = 'x'", "distrusted_from = 1", "count = 900, signature = 'y'"]
)
async def test_a_changed_end_shows(chain: Audit, change: str) -> None:
    await chain.execute(f"UPDATE audit_heads SET {change}")  # noqa: S608 - the test's own words

    assert await broken(chain) == (6, BreakReason.HEAD_ALTERED)


async def test_an_end_that_is_missing_shows(chain: Audit) -> None:
    await chain.execute("DELETE FROM audit_heads")

    assert await broken(chain) == (6, BreakReason.HEAD_MISSING)


@pytest.mark.parametrize(
    "tampering",
    [
        ("DELETE FROM audit_records WHERE seq > 4", "UPDATE audit_heads SET count = 4"),
        ("DELETE FROM audit_records WHERE seq > 4", "DELETE FROM audit_heads"),
        ("UPDATE audit_heads SET count = 2",),
        ("DELETE FROM audit_heads",),
    ],
)
async def test_turns_go_on_after_the_end_was_tampered_with_and_it_still_shows(
    chain: Audit, tampering: tuple[str, ...]
) -> None:
    """The next record does not sign what it found as if it were sound."""
    for statement in tampering:
        await chain.execute(statement)
    (last,) = await chain.rows("SELECT max(seq) AS seq FROM audit_records")

    await chain.turns(2)

    assert await broken(chain) == (last["seq"] + 1, BreakReason.HEAD_ALTERED)
    assert (await chain.rows("SELECT max(seq) AS seq FROM audit_records"))[0]["seq"] == last["seq"] + 2


async def test_a_cut_off_tail_still_shows_when_turns_go_on(chain: Audit) -> None:
    await chain.execute("DELETE FROM audit_records WHERE seq > 4")
    await chain.turns(2)

    assert await broken(chain) == (5, BreakReason.MISSING)


async def test_an_old_database_put_in_place_of_this_one_shows_by_an_anchor(chain: Audit) -> None:
    rows = await chain.rows("SELECT * FROM audit_heads")
    await chain.turns(2)
    noted = (await verify(chain)).through
    await chain.execute("DELETE FROM audit_records WHERE seq > 6")
    await chain.execute(
        "UPDATE audit_heads SET count = :count, hash = :hash, signature = :signature",
        count=rows[0]["count"],
        hash=rows[0]["hash"],
        signature=rows[0]["signature"],
    )

    assert (await verify(chain)).broken is None
    assert await broken(chain, anchor=noted) == (8, BreakReason.ANCHOR)


async def test_an_anchor_that_stands_is_fine(chain: Audit) -> None:
    noted = (await verify(chain)).through
    await chain.turns(2)

    assert (await verify(chain, anchor=noted)).broken is None
    assert await broken(chain, anchor=Link(seq=noted.seq, hash="0" * 64)) == (6, BreakReason.ANCHOR)
    assert await broken(chain, anchor=Link(seq=0, hash="f" * 64)) == (0, BreakReason.ANCHOR)


async def test_a_changed_payload_in_the_database_shows(chain: Audit) -> None:
    (row,) = await chain.rows("SELECT id FROM audit_records WHERE seq = 2")
    await chain.execute("UPDATE audit_payloads SET content = X'00' WHERE record_id = :id", id=row["id"])

    assert await broken(chain) == (2, BreakReason.PAYLOAD_ALTERED)
    assert (await verify(chain, payloads=False)).broken is None


async def test_a_payload_that_is_missing_shows(chain: Audit) -> None:
    await chain.execute("DELETE FROM audit_payloads")

    assert await broken(chain) == (1, BreakReason.PAYLOAD_MISSING)


async def test_changed_and_missing_blobs_show(database: Database, tmp_path: Path) -> None:
    blobs = BlobStore.open(f"file://{tmp_path}/blobs")
    audit = await open_audit(database, blobs=blobs, blob_bytes=0)
    await audit.turns(3)
    await audit.writer.settle()
    assert (await verify(audit)).payloads_checked == 3
    keys = await blobs.keys("")

    await blobs.put(keys[1], b"something else")
    assert await broken(audit) == (2, BreakReason.PAYLOAD_ALTERED)
    await blobs.delete(keys[1])
    assert await broken(audit) == (2, BreakReason.PAYLOAD_MISSING)


async def test_a_walk_in_parts_comes_to_the_same_end(chain: Audit) -> None:
    report = await verify(chain, limit=4)
    assert (report.checked, report.complete, report.broken, report.through.seq) == (4, False, None, 4)

    report = await verify(chain, limit=4, after=report.through)
    assert (report.checked, report.complete, report.broken, report.through.seq) == (2, True, None, 6)


async def test_a_walk_does_not_go_on_behind_a_link_that_does_not_stand(chain: Audit) -> None:
    assert await broken(chain, after=Link(seq=3, hash="0" * 64)) == (3, BreakReason.ANCHOR)


async def test_the_first_break_is_told_whatever_comes_after(chain: Audit) -> None:
    await chain.execute("UPDATE audit_records SET model = 'x' WHERE seq IN (3, 5)")
    await chain.execute("DELETE FROM audit_payloads")

    assert await broken(chain) == (1, BreakReason.PAYLOAD_MISSING)
    assert await broken(chain, payloads=False) == (3, BreakReason.ALTERED)


async def test_the_chain_of_another_tenant_is_another_chain(chain: Audit, database: Database) -> None:
    other = await open_audit(database, slug="other", clock=chain.clock)
    await other.turns(2)
    await other.execute("UPDATE audit_records SET model = 'x' WHERE tenant_id = :of", of=other.scope.tenant_id)

    assert await broken(other) == (1, BreakReason.ALTERED)
    assert (await verify(chain)).broken is None


async def test_records_of_another_tenant_cannot_be_moved_into_a_chain(chain: Audit, database: Database) -> None:
    other = await open_audit(database, slug="other", clock=chain.clock)
    await other.turns(6)
    mine: TenantScope = chain.scope
    await chain.execute("DELETE FROM audit_records WHERE tenant_id = :mine AND seq = 3", mine=mine.tenant_id)
    await chain.execute(
        "UPDATE audit_records SET tenant_id = :mine WHERE tenant_id = :other AND seq = 3",
        mine=mine.tenant_id,
        other=other.scope.tenant_id,
    )

    assert await broken(chain) == (3, BreakReason.ALTERED)
