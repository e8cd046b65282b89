"""A person decides once; what follows is carried out once, and told; what nobody decides takes its own way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from deskhand.escalation.model import TicketFilter
from deskhand.jobs.model import JobState
from deskhand.kit.errors import Conflict
from deskhand.orchestration.approval_model import (
    Approval,
    ApprovalDecided,
    ApprovalOver,
    ApprovalStatus,
    ProposedAction,
    UnknownApproval,
    Verdict,
    WantedDecision,
    WrongApprovalArguments,
)
from deskhand.orchestration.approvals import EXPIRE
from deskhand.tenancy.scope import NobodyActs
from deskhand.tools.contract import ApprovalPolicy, Unanswered
from escalation.desks import open_company
from orchestration.approvals import MESSAGE, Counter, nobody, open_counter

APPROVE = WantedDecision(verdict=Verdict.APPROVE, notes="The parcel came back.")
REJECT = WantedDecision(verdict=Verdict.REJECT)
WAIT = timedelta(seconds=300)


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path) as opened:
        yield opened


def modify(**arguments: Any) -> WantedDecision:
    return WantedDecision(verdict=Verdict.MODIFY, arguments={"order": "A-1", **arguments})


async def decided(counter: Counter, wanted: WantedDecision = APPROVE, **given: Any) -> Approval:
    """A request, decided on, with everything done that follows."""
    approval = await counter.asked(**given)
    await counter.approvals.decide(counter.operator, approval.id, wanted)
    await counter.jobs.run_due()
    return await counter.again(approval)


async def test_what_is_allowed_is_carried_out_once_and_the_customer_is_told(counter: Counter) -> None:
    approval = await counter.asked()
    allowed = await counter.approvals.decide(counter.operator, approval.id, APPROVE)

    assert allowed.status is ApprovalStatus.APPROVED
    assert counter.till.paid == [], "nothing is done in the request that decides"
    await counter.jobs.run_due()

    done = await counter.again(approval)
    assert counter.till.paid == [(approval.id, "A-1 620.00")]
    assert done.status is ApprovalStatus.EXECUTED
    assert done.result is not None
    assert (done.result.success, done.result.data) == (True, {"refunded": "620.00"})
    assert done.executed_at == counter.rig.clock.now()
    assert done.decision is not None
    assert (done.decision.by, done.decision.by_name, done.decision.notes) == (
        counter.operator.user_id,
        "ada@demo.example.com",
        "The parcel came back.",
    )
    said = ["Your request was allowed, and this is done now: refund 620.00 for the order A-1."]
    assert await counter.messages() == counter.live == said
    assert await counter.history(approval) == ["requested", "approved", "started", "executed", "told"]
    assert [status for _, status in counter.announced] == ["pending", "approved", "executed"]
    await counter.jobs.run_due()
    assert len(counter.till.paid) == 1


async def test_it_is_carried_out_as_the_turn_s_own_contact_and_in_its_tenant(counter: Counter) -> None:
    approval = await decided(counter)

    (turn,) = counter.till.turns
    assert (turn.scope.tenant_id, turn.scope.contact_id) == (counter.company.tenant_id, approval.contact_id)
    assert turn.scope.own_contact_id == approval.contact_id, "with no more rights than the customer's turn had"
    assert (turn.session_id, turn.text) == (counter.company.session_id, MESSAGE)


async def test_what_is_refused_is_not_done_and_the_customer_is_told(counter: Counter) -> None:
    approval = await decided(counter, REJECT)

    assert approval.status is ApprovalStatus.REJECTED
    assert counter.till.paid == []
    assert await counter.messages() == [
        "A colleague has looked at your request and could not allow it: refund 620.00 for the order A-1."
    ]
    assert await counter.history(approval) == ["requested", "rejected", "told"]
    standing = await counter.jobs.standing(counter.operator, kind=EXPIRE, key=approval.id)
    assert standing is not None
    assert standing.state is JobState.CANCELLED


async def test_the_same_decision_again_changes_nothing(counter: Counter) -> None:
    approval = await counter.asked()
    first = await counter.approvals.decide(counter.operator, approval.id, APPROVE)
    again = await counter.approvals.decide(counter.operator, approval.id, APPROVE)
    await counter.jobs.run_due()
    later = await counter.approvals.decide(counter.operator, approval.id, APPROVE)
    await counter.jobs.run_due()

    assert again == first
    assert later.status is ApprovalStatus.EXECUTED
    assert len(counter.till.paid) == 1
    assert len(await counter.messages()) == 1


async def test_a_second_decision_is_refused_and_says_what_happened(counter: Counter) -> None:
    approval = await counter.asked()
    await counter.approvals.decide(counter.operator, approval.id, modify(amount="100.00"))

    for scope, wanted in (
        (counter.operator, REJECT),
        (counter.operator, modify(amount="99.00")),
        (counter.company.ben, modify(amount="100.00")),
        (counter.company.ben, APPROVE),
    ):
        with pytest.raises(ApprovalDecided, match=r"ada@demo\.example\.com has changed and allowed the request"):
            await counter.approvals.decide(scope, approval.id, wanted)
    same = await counter.approvals.decide(counter.operator, approval.id, modify(amount="100.00"))
    assert same.decision is not None
    assert same.decision.arguments is not None
    assert same.decision.arguments["amount"] == "100.00"


async def test_of_many_decisions_at_once_one_counts(counter: Counter) -> None:
    approval = await counter.asked()
    wishes = [(scope, wanted) for scope in (counter.company.ada, counter.company.ben) for wanted in (APPROVE, REJECT)]
    outcomes = await asyncio.gather(
        *(counter.approvals.decide(scope, approval.id, wanted) for scope, wanted in wishes), return_exceptions=True
    )
    await counter.jobs.run_due()

    taken = [outcome for outcome in outcomes if isinstance(outcome, Approval)]
    assert len(taken) == 1
    assert all(isinstance(outcome, Approval | Conflict) for outcome in outcomes)
    after = await counter.again(approval)
    assert after.status in {ApprovalStatus.EXECUTED, ApprovalStatus.REJECTED}
    assert len(counter.till.paid) == (after.status is ApprovalStatus.EXECUTED)
    assert len(await counter.messages()) == 1


async def test_a_changed_action_is_carried_out_as_it_was_changed(counter: Counter) -> None:
    approval = await decided(counter, modify(amount="310.00", idempotency_key="somebody else's"))

    assert counter.till.paid == [(approval.id, "A-1 310.00")]
    assert approval.amount == Decimal("620.00"), "what was asked for stays in the record"
    (said,) = await counter.messages()
    assert "allowed it with a change" in said
    assert said.endswith("refund 310.00 for the order A-1.")
    assert await counter.history(approval) == ["requested", "modified", "started", "executed", "told"]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (modify(amount="620.01"), "620.00 was asked for"),
        (modify(amount="-5"), "must be a number"),
        (modify(amount="NaN"), "called wrongly"),
        (modify(amount="5", percent=float("nan")), "must be a number"),
        (modify(), "'amount' is missing"),
        (modify(amount="5", colour="red"), "'colour' is not a parameter"),
        (modify(amount="5", currency="USD"), "keep the currency"),
        (modify(amount="5", order="\ud800"), "cannot be kept|no text|valid string|unicode"),
        (WantedDecision(verdict=Verdict.MODIFY), "comes with the tool's arguments"),
        (WantedDecision(verdict=Verdict.APPROVE, arguments={"order": "A-1"}), "no other does"),
    ],
)
async def test_a_change_is_checked_like_a_new_call_and_changes_nothing_when_it_does_not_fit(
    counter: Counter, wanted: WantedDecision, why: str
) -> None:
    approval = await counter.asked()

    with pytest.raises(WrongApprovalArguments, match=why):
        await counter.approvals.decide(counter.operator, approval.id, wanted)

    assert await counter.again(approval) == approval


async def test_whoever_comes_too_late_is_told_so_and_not_what_is_wrong_with_the_arguments(counter: Counter) -> None:
    approval = await decided(counter)
    with pytest.raises(ApprovalDecided):
        await counter.approvals.decide(counter.company.ben, approval.id, modify(amount="-5"))


async def test_a_request_is_decided_in_a_person_s_name_and_in_its_own_tenant(counter: Counter) -> None:
    approval = await counter.asked()
    other = await open_company(counter.rig, "other")

    with pytest.raises(NobodyActs):
        await counter.approvals.decide(nobody(counter), approval.id, APPROVE)
    with pytest.raises(UnknownApproval, match=approval.id):
        await counter.approvals.decide(other.ada, approval.id, APPROVE)
    with pytest.raises(UnknownApproval):
        await counter.approvals.get(other.ada, approval.id)
    assert await counter.again(approval) == approval


async def test_what_nobody_decides_is_not_done(counter: Counter) -> None:
    approval = await counter.asked()
    counter.rig.clock.move(WAIT)

    with pytest.raises(ApprovalOver, match="it is refused"):  # before the time-out was noted
        await counter.approvals.decide(counter.operator, approval.id, APPROVE)
    await counter.jobs.run_due()
    with pytest.raises(ApprovalOver, match=r"09:05:00 UTC, so it was not allowed; it is expired now"):
        await counter.approvals.decide(counter.operator, approval.id, APPROVE)

    expired = await counter.again(approval)
    assert expired.status is ApprovalStatus.EXPIRED
    assert expired.decision is not None
    assert (expired.decision.verdict, expired.decision.by) == (Verdict.TIMEOUT, None)
    assert counter.till.paid == []
    assert await counter.history(approval) == ["requested", "timed_out", "told"]
    assert "not done" in (await counter.messages())[0]
    assert counter.announced[-1] == (approval.id, "expired")


async def test_until_the_last_moment_a_person_decides(counter: Counter) -> None:
    approval = await counter.asked()
    counter.rig.clock.move(WAIT - timedelta(milliseconds=1))
    await counter.jobs.run_due()
    await counter.approvals.decide(counter.operator, approval.id, APPROVE)
    counter.rig.clock.move(WAIT)
    await counter.jobs.run_due()

    assert (await counter.again(approval)).status is ApprovalStatus.EXECUTED


async def test_a_contract_may_allow_what_nobody_decides(counter: Counter) -> None:
    approval = await counter.asked(policy=ApprovalPolicy(on_timeout=Unanswered.APPROVE))
    counter.rig.clock.move(WAIT)
    with pytest.raises(ApprovalOver, match="it is allowed"):
        await counter.approvals.decide(counter.operator, approval.id, REJECT)
    await counter.jobs.run_due()

    done = await counter.again(approval)
    assert done.status is ApprovalStatus.EXECUTED
    assert done.decision is not None
    assert (done.decision.verdict, done.decision.by) == (Verdict.TIMEOUT, None)
    assert len(counter.till.paid) == 1
    with pytest.raises(ApprovalOver, match="so it was allowed; it is executed now"):
        await counter.approvals.decide(counter.operator, approval.id, REJECT)


@pytest.mark.parametrize("wanted", [APPROVE, REJECT])
async def test_a_contract_may_have_a_ticket_opened_and_a_person_still_decides(
    counter: Counter, wanted: WantedDecision
) -> None:
    policy = ApprovalPolicy(on_timeout=Unanswered.ESCALATE, channels=("service-desk",))
    approval = await counter.asked(policy=policy)
    counter.rig.clock.move(WAIT)
    await counter.jobs.run_due()
    await counter.rig.background.settle()

    late = await counter.again(approval)
    page = await counter.rig.desk.list(counter.operator, TicketFilter(), limit=10, offset=0)
    (ticket,) = page.items
    assert (late.status, late.decision, late.ticket_id) == (ApprovalStatus.ESCALATED, None, ticket.id)
    assert ticket.handover["open_points"] == [late.summary]
    assert ticket.handover["agent_reason"] == "The customer asked for it."
    assert approval.id in ticket.reasons[0]
    assert any("New ticket" in title for _, title, _ in counter.rig.channels.carried)
    assert (await counter.asked(policy=policy)).id == approval.id

    counter.rig.clock.move(timedelta(days=2))
    await counter.approvals.decide(counter.operator, approval.id, wanted)
    await counter.jobs.run_due()
    after = await counter.again(approval)
    assert len(counter.till.paid) == (wanted is APPROVE)
    assert after.status is (ApprovalStatus.EXECUTED if wanted is APPROVE else ApprovalStatus.REJECTED)
    assert len(await counter.messages()) == 2


async def test_who_may_decide_late_may_do_so_before_the_time_out_was_noted(counter: Counter) -> None:
    approval = await counter.asked(policy=ApprovalPolicy(on_timeout=Unanswered.ESCALATE))
    counter.rig.clock.move(WAIT)
    await counter.approvals.decide(counter.operator, approval.id, REJECT)
    await counter.jobs.run_due()
    assert (await counter.again(approval)).status is ApprovalStatus.REJECTED


async def test_others_may_propose_actions_in_their_own_transaction(counter: Counter) -> None:
    company = counter.company
    action = ProposedAction(
        kind="refund",
        tool="issue_refund",
        arguments={"order": "A-9", "amount": "700"},
        summary="Refund 700\x00",
        contact_id=str(company.contact.contact_id),
        thread_id=company.thread_id,
        consensus_id="cns_1",
        reasoning="Two of three voters said yes.",
    )

    async def rolled_back() -> None:
        async with counter.rig.store.write(counter.operator) as db:
            await counter.approvals.request(db, counter.operator, action)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await rolled_back()
    assert await counter.everything() == []

    async with counter.rig.store.write(counter.operator) as db:
        approval = await counter.approvals.request(db, counter.operator, action)
        assert await counter.approvals.request(db, counter.operator, action) == approval
    counter.approvals.requested(approval)
    await counter.approvals.decide(counter.operator, approval.id, APPROVE)
    await counter.jobs.run_due()

    done = await counter.again(approval)
    assert (done.session_id, done.consensus_id, done.summary) == (None, "cns_1", "Refund 700")
    assert counter.till.paid == [(approval.id, "A-9 700")]
    assert len(await counter.messages()) == 1
