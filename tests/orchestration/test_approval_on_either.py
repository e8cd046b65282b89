"""Approvals on SQLite and on PostgreSQL: odd texts are kept, and of those who act at once one does."""

import asyncio
from datetime import timedelta
from pathlib import Path

from deskhand.orchestration.approval_model import Approval, ApprovalStatus, Verdict, WantedDecision
from deskhand.tools.contract import ApprovalPolicy, Unanswered
from migrations.conftest import database_url, postgres, postgres_url
from orchestration.approvals import open_counter

__all__ = ["database_url", "postgres", "postgres_url"]
ODD = "\x00\ud800 'x' ☕ \\u0000 " + "x" * 5_000
APPROVE = WantedDecision(verdict=Verdict.APPROVE, notes=ODD)
REJECT = WantedDecision(verdict=Verdict.REJECT)


async def test_what_many_do_at_once_is_done_once(tmp_path: Path, database_url: str) -> None:
    async with open_counter(tmp_path, database_url) as counter:
        turn = counter.turn(text=ODD)
        await asyncio.gather(*(counter.call(turn=turn, order="☕ 'x'", amount="620.00") for _ in range(4)))
        (approval,) = await counter.everything()
        assert approval.message.startswith("? 'x' ☕")

        wishes = [(who, wanted) for who in (counter.company.ada, counter.company.ben) for wanted in (APPROVE, REJECT)]
        outcomes = await asyncio.gather(
            *(counter.approvals.decide(who, approval.id, wanted) for who, wanted in wishes), return_exceptions=True
        )
        await asyncio.gather(*(counter.jobs.run_due() for _ in range(3)))

        after = await counter.again(approval)
        assert sum(isinstance(outcome, Approval) for outcome in outcomes) == 1, outcomes
        assert len(counter.till.paid) == (after.status is ApprovalStatus.EXECUTED)
        assert len(await counter.messages()) == 1


async def test_a_decision_at_the_very_end_of_its_time_wins_or_loses_as_a_whole(
    tmp_path: Path, database_url: str
) -> None:
    async with open_counter(tmp_path, database_url) as counter:
        policy = ApprovalPolicy(on_timeout=Unanswered.ESCALATE)
        for number in range(3):
            approval = await counter.asked(order=f"A-{number}", amount="620.00", policy=policy)
            counter.rig.clock.move(timedelta(minutes=5))
            await asyncio.gather(
                counter.jobs.run_due(), counter.approvals.decide(counter.operator, approval.id, APPROVE)
            )
            await counter.jobs.run_due()
            assert (await counter.again(approval)).status is ApprovalStatus.EXECUTED
        assert len(counter.till.paid) == 3


async def test_a_request_s_whole_life(tmp_path: Path, database_url: str) -> None:
    async with open_counter(tmp_path, database_url) as counter:
        refused = await counter.asked(order="A-1", amount="620.00")
        await counter.approvals.decide(counter.operator, refused.id, REJECT)
        late = await counter.asked(order="A-2", amount="620.00")
        changed = await counter.asked(order="A-3", amount="620.00")
        arguments = {"order": "A-3", "amount": "10.50"}
        wanted = WantedDecision(verdict=Verdict.MODIFY, arguments=arguments, notes=ODD)
        await counter.approvals.decide(counter.operator, changed.id, wanted)
        counter.rig.clock.move(timedelta(minutes=5))
        await counter.jobs.run_due()

        everything = {approval.id: approval.status.value for approval in await counter.everything()}
        assert everything == {refused.id: "rejected", late.id: "expired", changed.id: "executed"}
        assert counter.till.paid == [(changed.id, "A-3 10.50")]
        assert len(await counter.messages()) == 3
