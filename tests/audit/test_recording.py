"""What a record holds: what happened, in the clear what may be searched, sealed what is personal."""

import math
from dataclasses import replace

import pytest

from audit.parts import ANSWER, QUESTION, SOURCE, Audit, facts, inputs, open_audit
from deskhand.audit.facts import ApprovalNote, ToolUse
from deskhand.audit.model import (
    AlreadyRecorded,
    AuditEvent,
    AuditFilter,
    PayloadUnreadable,
    SealState,
    UnknownRecord,
)
from deskhand.kit.db import Database
from deskhand.settings import AuditWriteMode


async def test_a_turn_has_one_record_that_says_what_happened(audit: Audit) -> None:
    record_id = await audit.turn(ticket_id="ESC-1", cost_nanos=1_500, currency="USD", input_tokens=12)

    record = await audit.reader.record(audit.scope, record_id)

    assert (record.event, record.seq, record.kind, record.model) == (AuditEvent.TURN, 1, "answer", "offline")
    assert (record.agent_id, record.agent_version, record.contact_id) == ("support", "1.0.0", audit.contact_id)
    assert (record.session_id, record.request_id, record.ticket_id) == ("ses_1", "req_1", "ESC-1")
    assert (record.cost_nanos, record.currency, record.input_tokens) == (1_500, "USD", 12)
    assert record.at == audit.clock.now()
    assert record.stages == {"searching": 0.012, "writing": 0.006}
    assert record.turn_id == record.turn_ids[0]


async def test_what_people_wrote_is_redacted_in_the_record_and_whole_in_the_payload(audit: Audit) -> None:
    record_id = await audit.turn(answer="Thank you, ada@example.com.")

    record = await audit.reader.record(audit.scope, record_id)
    payload = await audit.reader.payload(audit.scope, record_id)

    assert record.pii_redacted
    assert record.state is SealState.READABLE
    assert record.sealed is not None
    assert record.sealed.texts == ("I am <EMAIL_ADDRESS>. How long can I return a helmet?",)
    assert record.sealed.answer == "Thank you, <EMAIL_ADDRESS>."
    assert record.tools[0].summary == "asked by <EMAIL_ADDRESS>"
    assert record.sealed.sources == (SOURCE,)
    assert payload.inputs == inputs()
    assert payload.outcome.answer == "Thank you, ada@example.com."


async def test_a_turn_without_personal_data_says_so(audit: Audit) -> None:
    record_id = await audit.turn(texts=("How long?",), tools=())

    assert not (await audit.reader.record(audit.scope, record_id)).pii_redacted


async def test_a_tool_s_summary_that_was_redacted_counts_too(audit: Audit) -> None:
    record_id = await audit.turn(texts=("How long?",))

    assert (await audit.reader.record(audit.scope, record_id)).pii_redacted


async def test_nothing_personal_stands_in_the_database_in_the_clear(audit: Audit) -> None:
    await audit.turn(approvals=(ApprovalNote(id="apr_1", action="Refund Ada 20", decision="approve"),))

    stored = str(await audit.rows("SELECT * FROM audit_records")) + str(
        await audit.rows("SELECT * FROM audit_payloads")
    )

    for words in ("ada@example.com", "helmet", "Refund Ada", "returns.md", "Hello, it is Ada"):
        assert words not in stored
    assert "search_knowledge" in stored


async def test_approvals_come_back(audit: Audit) -> None:
    note = ApprovalNote(id="apr_1", action="Refund 20", decision="approve", decided_by="usr_1")
    record = await audit.reader.record(audit.scope, await audit.turn(approvals=(note,)))

    assert record.sealed is not None
    assert record.sealed.approvals == (note,)


@pytest.mark.parametrize("mode", list(AuditWriteMode))
async def test_a_turn_is_never_recorded_twice(database: Database, mode: AuditWriteMode) -> None:
    audit = await open_audit(database, mode=mode)
    await audit.turn(turn_ids=("trn_1",))

    with pytest.raises(AlreadyRecorded, match="'trn_1' has its record"):
        await audit.turn(turn_ids=("trn_1",))

    await audit.writer.settle()
    assert (await audit.verifier.verify(audit.scope, limit=10)).checked == 1


async def test_a_turn_that_failed_and_was_tried_again_has_a_record_of_each(audit: Audit) -> None:
    failed = await audit.turn(turn_ids=("trn_1",), failure="model_down", answer="")
    again = await audit.turn(turn_ids=("trn_1",), failure="model_down", answer="")
    answered = await audit.turn(turn_ids=("trn_1",))

    page = await audit.reader.page(audit.scope, AuditFilter(event=AuditEvent.FAILURE), limit=10, offset=0)

    assert [(record.id, record.kind) for record in page.items] == [(again, "model_down"), (failed, "model_down")]
    assert (await audit.reader.record(audit.scope, answered)).event is AuditEvent.TURN


async def test_a_record_goes_with_its_transaction(audit: Audit) -> None:
    async def break_off() -> None:
        async with audit.store.write(audit.scope) as db:
            await audit.writer.record(db, audit.scope, facts(audit.clock, audit.contact_id))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await break_off()

    assert (await audit.reader.page(audit.scope, AuditFilter(), limit=10, offset=0)).total == 0
    assert await audit.turn()


async def test_what_is_prepared_before_the_transaction_is_recorded_in_it(audit: Audit) -> None:
    ready = await audit.writer.prepare(facts(audit.clock, audit.contact_id))
    async with audit.store.write(audit.scope) as db:
        record_id = await audit.writer.record(db, audit.scope, ready)

    assert (await audit.reader.payload(audit.scope, record_id)).inputs.text == QUESTION


async def test_nothing_that_a_model_or_a_tool_says_makes_a_record_fail(audit: Audit) -> None:
    odd = "\x00\ud800" + "x" * 5000
    record_id = await audit.turn(
        agent_id=odd,
        model=odd,
        request_id=odd,
        kind=odd,
        answer=odd,
        texts=(odd,),
        ticket_id=odd,
        tools=(ToolUse(name="a|b", success=False, calls=-3, seconds=math.inf), ToolUse(name=odd, success=True)),
        stages={odd: math.nan},
        seconds=math.inf,
        confidence=math.nan,
        input_tokens=10**30,
        cost_nanos=-1,
        inputs=inputs(text=odd, more={"when": audit.clock.now(), "odd": odd}),
    )

    record = await audit.reader.record(audit.scope, record_id)

    assert len(record.model) == 200
    assert (record.seconds, record.confidence, record.cost_nanos, record.input_tokens) == (0.0, 0.0, 0, 2**53)
    assert record.sealed is not None
    assert record.sealed.answer.endswith("x" * 5000)
    assert (await audit.reader.payload(audit.scope, record_id)).inputs.text == odd
    assert (await audit.verifier.verify(audit.scope, limit=10)).broken is None


async def test_many_tools_are_kept_as_far_as_there_is_room(audit: Audit) -> None:
    tools = tuple(ToolUse(name=f"{number:03}" + "t" * 60, success=True) for number in range(80))
    record_id = await audit.turn(tools=tools)

    record = await audit.reader.record(audit.scope, record_id)
    found = await audit.reader.page(audit.scope, AuditFilter(tool=tools[0].name), limit=1, offset=0)

    assert len(record.tools) == 50
    assert found.total == 1


async def test_facts_of_no_turn_are_refused(audit: Audit) -> None:
    with pytest.raises(ValueError, match="name at least one"):
        replace(facts(audit.clock, audit.contact_id), turn_ids=())


async def test_an_unknown_record_is_not_found(audit: Audit) -> None:
    for look in (audit.reader.record, audit.reader.payload):
        with pytest.raises(UnknownRecord, match="no audit record 'aud_none'"):
            await look(audit.scope, "aud_none")


async def test_after_a_change_of_the_secret_old_records_are_unreadable_and_new_ones_are_not(
    audit: Audit, database: Database
) -> None:
    old = await audit.turn()
    changed = await open_audit(database, secret="another secret of thirty-two char", clock=audit.clock)
    new = await changed.turn(contact_id=audit.contact_id)

    states = [(await changed.reader.record(changed.scope, each)).state for each in (old, new)]

    assert states == [SealState.UNREADABLE, SealState.READABLE]
    with pytest.raises(PayloadUnreadable, match="or the secret key was"):
        await changed.reader.payload(changed.scope, old)
    assert (await changed.reader.payload(changed.scope, new)).outcome.answer == ANSWER
