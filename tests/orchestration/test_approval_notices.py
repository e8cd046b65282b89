"""Channels are told that a request waits: once each, and nothing of the customer."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from deskhand.escalation.channels import NotSent
from deskhand.jobs.model import JobState
from deskhand.orchestration.approval_model import Verdict, WantedDecision
from deskhand.tools.contract import ApprovalBound, ApprovalPolicy
from orchestration.approvals import Counter, open_counter

REJECT = WantedDecision(verdict=Verdict.REJECT)


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path) as opened:
        yield opened


async def test_channels_are_told_once_and_nothing_of_the_customer(counter: Counter) -> None:
    policy = ApprovalPolicy(bounds=(ApprovalBound(action="refund"),), channels=("service-desk", "night-watch"))
    counter.rig.channels.refusing["night-watch"] = NotSent("it was refused")
    approval = await counter.asked(policy=policy)
    await counter.jobs.run_due()
    del counter.rig.channels.refusing["night-watch"]
    counter.rig.clock.move(timedelta(seconds=20))
    await counter.jobs.run_due()
    await counter.jobs.run_due()

    carried = counter.rig.channels.carried
    assert sorted(channel for channel, _, _ in carried) == ["night-watch", "service-desk"]
    _, title, body = carried[0]
    assert title == f"Decision needed: refund of 620.00 ({approval.id})"
    assert "more than 500 EUR is at stake" in body
    assert body.splitlines()[1:] == [
        "Until 2026-03-02 09:05:00 UTC; then: reject.",
        f"https://desk.example.com/c/approvals/{approval.id}",
    ]
    assert "A-1" not in title + body
    assert "money back" not in title + body
    assert (await counter.history(approval)).count("notified") == 2


async def test_a_channel_that_is_not_there_is_given_up_and_what_is_decided_is_not_told(counter: Counter) -> None:
    policy = ApprovalPolicy(channels=("gone", "slow"))
    counter.rig.channels.refusing = {"gone": NotSent("no channel", final=True), "slow": NotSent("it hangs")}
    approval = await counter.asked("grant_discount", policy=policy, order="A-1", amount="5", percent=40.0)
    await counter.jobs.run_due()
    standing = await counter.jobs.standing(counter.operator, kind="approval.notice", key=f"{approval.id}:gone")
    assert standing is not None
    assert (standing.state, standing.last_error) == (JobState.GIVEN_UP, "no channel")

    await counter.approvals.decide(counter.operator, approval.id, REJECT)
    counter.rig.channels.refusing.clear()
    counter.rig.clock.move(timedelta(minutes=1))
    await counter.jobs.run_due()
    assert counter.rig.channels.carried == []
