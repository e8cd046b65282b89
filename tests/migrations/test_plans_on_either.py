"""Plans on either database: subtasks that end at the same moment lose nobody who waits for both of them."""

import asyncio

from deskhand.kit.db import Database
from deskhand.migrations.run import migrate
from deskhand.orchestration.plan_model import PlanStatus
from orchestration.plan_parts import ScriptedAgents, open_desk, part

WIDE = "abcdef"


async def test_what_waits_for_many_begins_once_when_the_last_has_ended(database: Database, database_url: str) -> None:
    await migrate(database)
    asker = ScriptedAgents(held=True)
    async with open_desk(database_url, asker, places=len(WIDE)) as desk:
        session_id = await desk.session()
        plan = await desk.start(*map(part, WIDE), part("last", *WIDE), part("after", "last"), session_id=session_id)
        await asker.until_asked(*WIDE)
        for name in (*WIDE, "last", "after"):
            asker.let_go(name)
        await desk.settle()
        plan = await desk.planner.plan(desk.scope, plan.id)
        assert (plan.status, plan.counts.succeeded) == (PlanStatus.DONE, 8)
        assert asker.questions[-2:] == ["last", "after"]
        assert len(asker.questions) == 8
        assert plan.synthesis is not None
        assert len(plan.synthesis.references) == 8
        page = await desk.planner.plans(desk.scope, status=PlanStatus.DONE, session_id=session_id, limit=10)
        assert [each.id for each in page.items] == [plan.id]


async def test_of_many_who_cancel_and_finish_one_is_heard(database: Database, database_url: str) -> None:
    await migrate(database)
    asker = ScriptedAgents(held=True)
    async with open_desk(database_url, asker) as desk:
        plan = await desk.start(*map(part, WIDE))
        await asker.until_asked(*"abcd")
        for name in WIDE:
            asker.let_go(name)
        ended = await asyncio.gather(*(desk.planner.cancel(desk.scope, plan.id) for _ in range(4)))
        await desk.settle()
        after = await desk.planner.plan(desk.scope, plan.id)
    assert {each.status for each in ended} == {PlanStatus.CANCELLED} == {after.status}
    assert len({each.finished_at for each in (*ended, after)}) == 1
    assert not {each.status.value for each in after.subtasks} & {"waiting", "running", "failed"}
    assert after.synthesis is None
