"""Finding records: by what stands in the clear, in pages that stay right, within one tenant."""

from datetime import timedelta
from typing import Any

import pytest

from audit.parts import Audit, open_audit
from deskhand.audit.facts import ToolUse
from deskhand.audit.model import AuditEvent, AuditFilter, RecordDamaged
from deskhand.kit.db import Database


async def found(audit: Audit, **wanted: Any) -> list[str]:
    page = await audit.reader.page(audit.scope, AuditFilter(**wanted), limit=100, offset=0)
    assert page.total == len(page.items)
    return [record.id for record in page.items]


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"session_id": "ses_2"}, {"session_id": "ses_2"}),
        ({"agent_id": "sales"}, {"agent_id": "sales"}),
        ({"contact_id": "con_2"}, {"contact_id": "con_2"}),
        ({"ticket_id": "ESC-7"}, {"ticket": "ESC-7"}),
        ({"failure": "model_down"}, {"event": AuditEvent.FAILURE}),
        ({"tools": (ToolUse(name="crm_lookup", success=False),)}, {"tool": "crm_lookup"}),
        ({"model": "gpt-4o-mini"}, {"words": "GPT-4o"}),
        ({"kind": "no_answer"}, {"words": "no_answer"}),
        ({"turn_ids": ("trn_x1y2",)}, {"words": "X1Y2 support"}),
        ({"request_id": "req_100%"}, {"words": "100%"}),
        ({"tools": (ToolUse(name="a_b", success=True),)}, {"words": "a_b"}),
    ],
)
async def test_a_filter_finds_what_fits_and_nothing_else(
    audit: Audit, fields: dict[str, Any], wanted: dict[str, Any]
) -> None:
    others = {"tools": (ToolUse(name="search_knowledge", success=True), ToolUse(name="aXb", success=True))}
    await audit.turn(request_id="req_1000", **others)
    wished = await audit.turn(**fields)
    await audit.turn(**others)

    assert await found(audit, **wanted) == [wished]


@pytest.mark.parametrize("words", ["helmet", "ada@example.com", "returns.md", "_____", "%%"])
async def test_what_is_sealed_cannot_be_searched_and_signs_mean_themselves(audit: Audit, words: str) -> None:
    await audit.turn()

    assert await found(audit, words=words) == []


async def test_a_tool_is_found_by_its_whole_name_alone(audit: Audit) -> None:
    await audit.turn(tools=(ToolUse(name="search_knowledge", success=True),))

    for name in ("search", "knowledge", "search%", "searchXknowledge", "|"):
        assert await found(audit, tool=name) == []


async def test_records_of_a_time(audit: Audit) -> None:
    begin = audit.clock.now()
    ids = []
    for _ in range(3):
        ids.append(await audit.turn())
        audit.clock.move(hours=1)

    hour = timedelta(hours=1)
    assert await found(audit, since=begin + hour) == [ids[2], ids[1]]
    assert await found(audit, until=begin + hour) == [ids[0]]
    assert await found(audit, since=begin + hour, until=begin + 2 * hour) == [ids[1]]


async def test_pages_stay_right_while_records_arrive(audit: Audit) -> None:
    ids = await audit.turns(7)
    seen: list[str] = []
    before: str | None = None
    while True:
        page = await audit.reader.page(audit.scope, AuditFilter(before=before), limit=3, offset=0)
        seen += [record.id for record in page.items]
        await audit.turns(2)
        before = page.next
        if before is None:
            break

    assert seen == ids[::-1]


async def test_pages_by_offset(audit: Audit) -> None:
    ids = await audit.turns(5)

    page = await audit.reader.page(audit.scope, AuditFilter(), limit=2, offset=3)

    assert [record.id for record in page.items] == [ids[1], ids[0]]
    assert (page.total, page.limit, page.offset, page.next) == (5, 2, 3, None)
    assert (await audit.reader.page(audit.scope, AuditFilter(), limit=2, offset=9)).items == ()


async def test_records_of_another_tenant_are_not_there(audit: Audit, database: Database) -> None:
    other = await open_audit(database, slug="other", clock=audit.clock)
    await other.turns(2)
    mine = await audit.turn()

    assert await found(audit) == [mine]
    assert [record.id async for record, _ in audit.reader.walk(audit.scope, AuditFilter())] == [mine]


async def test_a_record_that_something_else_changed_is_told_as_damaged(audit: Audit) -> None:
    record_id = await audit.turn()
    await audit.execute('UPDATE audit_records SET tools = \'[{"name": "x"}]\'')

    with pytest.raises(RecordDamaged, match=f"'{record_id}' was changed by something else"):
        await audit.reader.record(audit.scope, record_id)


async def test_a_walk_over_many_records_tells_each_once(audit: Audit) -> None:
    ids = await audit.turns(210)

    walked = []
    async for record, _ in audit.reader.walk(audit.scope, AuditFilter()):
        walked.append(record.id)
        if len(walked) == 1:
            await audit.turns(2)

    assert walked == ids
