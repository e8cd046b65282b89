"""What was allowed is carried out, also by a far side that is down for a while; what fails is told to people."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deskhand.jobs.model import JobState
from deskhand.orchestration.approval_model import (
    Approval,
    ApprovalStatus,
    Verdict,
    WantedDecision,
    WrongApprovalArguments,
)
from deskhand.orchestration.approvals import EXECUTE
from orchestration.approval_tools import DOWN
from orchestration.approvals import Counter, open_counter

APPROVE = WantedDecision(verdict=Verdict.APPROVE)


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path) as opened:
        yield opened


async def decided(counter: Counter, **given: Any) -> Approval:
    """An allowed request, with everything done that follows."""
    approval = await counter.asked(**given)
    await counter.approvals.decide(counter.operator, approval.id, APPROVE)
    await counter.jobs.run_due()
    return await counter.again(approval)


async def test_what_the_far_side_refuses_has_failed_and_a_person_looks_after_it(counter: Counter) -> None:
    approval = await decided(counter, order="refused", amount="620.00")

    assert approval.status is ApprovalStatus.FAILED
    assert approval.result is not None
    assert (approval.result.success, approval.result.error) == (False, "There is no such order.")
    assert approval.ticket_id is not None
    assert "could not be completed" in (await counter.messages())[0]
    assert await counter.history(approval) == ["requested", "approved", "started", "failed", "told"]


async def test_while_the_far_side_is_down_it_is_tried_again(counter: Counter) -> None:
    approval = await counter.asked()
    await counter.approvals.decide(counter.operator, approval.id, APPROVE)
    counter.till.failing = [DOWN, DOWN]
    for _ in range(3):
        assert (await counter.again(approval)).status is ApprovalStatus.APPROVED
        await counter.jobs.run_due()
        counter.rig.clock.move(timedelta(minutes=10))

    assert (await counter.again(approval)).status is ApprovalStatus.EXECUTED
    assert counter.till.paid == [(approval.id, "A-1 620.00")]


async def test_what_cannot_be_reached_at_all_is_given_up_and_told(counter: Counter) -> None:
    approval = await counter.asked()
    await counter.approvals.decide(counter.operator, approval.id, APPROVE)
    counter.till.failing = [DOWN] * 20
    for _ in range(10):
        await counter.jobs.run_due()
        counter.rig.clock.move(timedelta(hours=2))

    failed = await counter.again(approval)
    standing = await counter.jobs.standing(counter.operator, kind=EXECUTE, key=approval.id)
    assert standing is not None
    assert standing.state is JobState.GIVEN_UP
    assert failed.status is ApprovalStatus.FAILED
    assert failed.result is not None
    assert "could not be reached" in str(failed.result.error)
    assert len(await counter.messages()) == 1
    assert counter.announced[-1] == (approval.id, "failed")


async def test_what_takes_no_key_and_may_have_worked_is_never_done_twice(counter: Counter) -> None:
    approval = await counter.asked("send_replacement", order="A-1")
    await counter.approvals.decide(counter.operator, approval.id, APPROVE)
    counter.till.failing = [DOWN]
    await counter.jobs.run_due()
    counter.rig.clock.move(timedelta(hours=2))
    await counter.jobs.run_due()

    failed = await counter.again(approval)
    assert failed.status is ApprovalStatus.FAILED
    assert failed.result is not None
    assert "not known whether it took effect" in str(failed.result.error)
    assert counter.till.paid == []


async def test_a_tool_that_is_gone_is_not_run(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    approval = await counter.asked()
    monkeypatch.setattr(counter.registry, "_tools", {})
    with pytest.raises(WrongApprovalArguments, match="switched off"):
        await counter.approvals.decide(
            counter.operator,
            approval.id,
            WantedDecision(verdict=Verdict.MODIFY, arguments={"order": "A-1", "amount": "5"}),
        )
    await counter.approvals.decide(counter.operator, approval.id, APPROVE)
    await counter.jobs.run_due()

    failed = await counter.again(approval)
    assert failed.status is ApprovalStatus.FAILED
    assert failed.result is not None
    assert "switched off" in str(failed.result.error)
