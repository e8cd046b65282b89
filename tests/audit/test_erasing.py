"""A contact's part can be erased: it can never be read again, and the chain stays whole."""

import pytest

from audit.parts import Audit, open_audit
from deskhand.audit.model import AuditEvent, PayloadGone, SealState
from deskhand.kit.db import Database
from deskhand.tenancy.scope import UnknownContact


async def test_after_an_erasure_a_contact_s_records_show_that_they_are_erased(audit: Audit) -> None:
    ids = await audit.turns(3)

    erasure = await audit.eraser.erase(audit.scope, audit.contact_id)

    assert (erasure.contact_id, erasure.records) == (audit.contact_id, 3)
    for record_id in ids:
        record = await audit.reader.record(audit.scope, record_id)
        assert (record.state, record.sealed, record.tools[0].summary) == (SealState.ERASED, None, "")
        assert record.model == "offline"
        with pytest.raises(PayloadGone, match="was erased"):
            await audit.reader.payload(audit.scope, record_id)


async def test_no_key_of_an_erased_contact_is_left(audit: Audit) -> None:
    await audit.turn()
    assert len(await audit.rows("SELECT * FROM contact_keys")) == 1

    await audit.eraser.erase(audit.scope, audit.contact_id)

    assert await audit.rows("SELECT * FROM contact_keys") == []


async def test_an_erasure_leaves_the_chain_whole_and_is_a_record_of_it(audit: Audit) -> None:
    await audit.turns(2)
    erasure = await audit.eraser.erase(audit.scope, audit.contact_id)
    await audit.turn()

    report = await audit.verifier.verify(audit.scope, limit=10)
    assert erasure.record_id is not None
    record = await audit.reader.record(audit.scope, erasure.record_id)

    assert (report.broken, report.checked) == (None, 4)
    assert (record.event, record.seq, record.contact_id) == (AuditEvent.ERASURE, 3, audit.contact_id)
    assert record.actor_id == audit.scope.user_id
    assert record.state is SealState.EMPTY
    with pytest.raises(PayloadGone, match="is of no turn"):
        await audit.reader.payload(audit.scope, erasure.record_id)


async def test_payloads_that_were_removed_after_an_erasure_do_not_break_the_chain(audit: Audit) -> None:
    await audit.turn()
    await audit.eraser.erase(audit.scope, audit.contact_id)
    await audit.execute("DELETE FROM audit_payloads")

    assert (await audit.verifier.verify(audit.scope, limit=10)).broken is None


async def test_other_contacts_stay_readable(audit: Audit) -> None:
    other, _ = await audit.directory.new_contact(audit.scope.tenant_id)
    kept = await audit.turn(contact_id=other)
    await audit.turn()

    await audit.eraser.erase(audit.scope, audit.contact_id)

    assert (await audit.reader.record(audit.scope, kept)).state is SealState.READABLE


async def test_a_later_turn_of_an_erased_contact_is_readable_again(audit: Audit) -> None:
    old = await audit.turn()
    await audit.eraser.erase(audit.scope, audit.contact_id)
    new = await audit.turn()

    states = [(await audit.reader.record(audit.scope, each)).state for each in (old, new)]
    assert states == [SealState.ERASED, SealState.READABLE]


async def test_erasing_again_changes_nothing(audit: Audit) -> None:
    await audit.turn()
    await audit.eraser.erase(audit.scope, audit.contact_id)

    again = await audit.eraser.erase(audit.scope, audit.contact_id)

    assert (again.records, again.record_id) == (0, None)
    assert (await audit.verifier.verify(audit.scope, limit=10)).checked == 2


async def test_a_contact_without_a_record_can_be_erased(audit: Audit) -> None:
    assert (await audit.eraser.erase(audit.scope, audit.contact_id)).records == 0


async def test_a_contact_that_is_gone_but_for_its_records_can_be_erased(audit: Audit) -> None:
    await audit.turn(contact_id="con_gone")

    assert (await audit.eraser.erase(audit.scope, "con_gone")).records == 1
    assert (await audit.eraser.erase(audit.scope, "con_gone")).records == 0


async def test_a_contact_that_never_was_is_unknown(audit: Audit, database: Database) -> None:
    other = await open_audit(database, slug="other", clock=audit.clock)
    await other.turn()

    for contact_id in ("con_never", other.contact_id):
        with pytest.raises(UnknownContact, match=f"no contact '{contact_id}'"):
            await audit.eraser.erase(audit.scope, contact_id)
    assert len(await audit.rows("SELECT * FROM contact_keys")) == 1
