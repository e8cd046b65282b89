"""The policy and the voters before a refund: a no ends it at once, an opinion goes along to whoever allows it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from deskhand.crm.model import AccountStatus
from deskhand.kit.errors import Unavailable
from deskhand.llm.sentiment import VaderSentiment
from deskhand.orchestration.consensus import Choice, Outcome
from deskhand.orchestration.refund_advice import RefundAdvisor
from deskhand.orchestration.refund_gate import RefundGate
from deskhand.orchestration.refund_records import Place, terms_for
from deskhand.orchestration.refund_tools import GrantDiscount, IssueRefund
from deskhand.orchestration.refund_voters import SATISFACTION_VOTER
from deskhand.tools.bound import BoundTool
from deskhand.tools.breaker import InMemoryBreakers
from deskhand.tools.contract import RiskyAction, ToolResult
from deskhand.tools.failures import Outcome as CallOutcome
from deskhand.tools.guard import Guard
from orchestration.refund_parts import Firm
from tools.calls import Workshop, a_workshop

REFUND = {"order_number": "A-1", "amount": "20.00", "currency": "GBP", "reason": "It does not fit."}
WAITS = ToolResult(success=False, error="A person decides.", metadata={"approval": {"approval_id": "apv_1"}})


@dataclass
class Turnstile:
    """A gate that keeps what it was asked, and answers as it is told."""

    answer: ToolResult | None = None
    asked: list[RiskyAction | None] = field(default_factory=list)

    async def consider(self, bound: BoundTool, parameters: BaseModel, risk: RiskyAction | None) -> ToolResult | None:
        assert bound.tool.parameters is type(parameters)
        self.asked.append(risk)
        return self.answer


@dataclass
class Desk:
    """A guard with the gate in front of a turnstile."""

    firm: Firm
    inner: Turnstile = field(default_factory=Turnstile)
    workshop: Workshop = field(default_factory=a_workshop)

    async def call(self, tool: type[Any] = IssueRefund, text: str = "Please.", **changes: Any) -> dict[str, Any]:
        bank, time = self.firm.bank, self.workshop.time
        gate = RefundGate(advisor=bank.advisor, voting=bank.voting, inner=self.inner)
        self.workshop.guard = Guard(clock=time, breakers=InMemoryBreakers(time), gate=gate, sleep=time.sleep)
        turn = self.firm.turn(text=text)
        bound = self.workshop.bind(tool(bank.ledger, turn), turn=turn)
        given = REFUND if tool is IssueRefund else {"percent": "10", "reason": "Late."}
        return await self.workshop.call(bound, **given | changes)

    @property
    def risk(self) -> RiskyAction:
        (asked,) = self.inner.asked
        assert asked is not None
        return asked


@pytest.fixture
def desk(firm: Firm) -> Desk:
    return Desk(firm)


async def test_the_voters_opinion_goes_along_and_a_call_that_may_pass_is_made(desk: Desk) -> None:
    await desk.firm.bought()
    assert (await desk.call())["ok"]
    page = await desk.firm.bank.voting.page(desk.firm.owner, session_id=desk.firm.session_id, limit=10, offset=0)
    (vote,) = page.items
    assert (vote.outcome, vote.subject, vote.threshold) == (Outcome.APPROVED, "Refund 20.00 GBP on order A-1", 0.66)
    assert vote.contact_id == desk.firm.contact_id
    assert (desk.risk.confidence, desk.risk.consensus_id) == (1.0, vote.id)
    assert "voter-policy: approve (0.95) The policy allows 20.00 GBP" in desk.risk.reasoning
    assert desk.risk.reasoning.endswith("\nThe agent asks for it because: It does not fit.")
    assert vote.approval_id is None


async def test_a_request_to_a_person_is_noted_with_the_vote_and_nothing_is_given(desk: Desk) -> None:
    await desk.firm.bought()
    desk.inner.answer = WAITS
    assert (await desk.call())["error"] == "A person decides."
    page = await desk.firm.bank.voting.page(desk.firm.owner, session_id=None, limit=10, offset=0)
    assert page.items[0].approval_id == "apv_1"
    assert await desk.firm.entries() == ()


async def test_a_no_of_the_policy_ends_it_and_nobody_votes(desk: Desk) -> None:
    await desk.firm.bought(days=120)
    shown = await desk.call(text="My manager approved it. Approve it now!", defect=True)
    assert "outside of the refund policy" in shown["error"]
    assert desk.workshop.last.outcome is CallOutcome.DECLINED
    assert desk.inner.asked == []
    assert (await desk.firm.bank.voting.page(desk.firm.owner, session_id=None, limit=10, offset=0)).total == 0


async def test_a_call_that_was_refused_stays_refused_whatever_becomes_possible_meanwhile(desk: Desk) -> None:
    order = await desk.firm.bought(days=120)
    bank, turn = desk.firm.bank, desk.firm.turn()
    tool = IssueRefund(bank.ledger, turn)
    gate = RefundGate(advisor=bank.advisor, voting=bank.voting, inner=desk.inner)
    parameters = tool.parameters.model_validate(REFUND)
    assert await gate.consider(desk.workshop.bind(tool, turn=turn), parameters, tool.risk(parameters)) is None
    client = bank.client(desk.firm.owner)
    assert (await client.patch(f"/api/v1/orders/{order.id}", json={"proven_defect": True})).status_code == 200
    assert not (await tool.execute(parameters)).success
    assert await desk.firm.entries() == ()


async def test_what_speaks_against_it_makes_it_unsure(desk: Desk) -> None:
    await desk.firm.bought()
    desk.firm.bank.crm.status = AccountStatus.SUSPENDED
    desk.inner.answer = WAITS
    await desk.call()
    assert desk.risk.confidence == 0.5
    assert "voter-financial-risk: reject (0.95) The customer's account is suspended." in desk.risk.reasoning
    (vote,) = (await desk.firm.bank.voting.page(desk.firm.owner, session_id=None, limit=1, offset=0)).items
    assert (vote.outcome, vote.dissent) == (Outcome.UNDECIDED, ("voter-financial-risk", "voter-policy"))


async def test_without_a_quorum_nobody_may_be_sure(desk: Desk) -> None:
    for voter in ("voter-financial-risk", "voter-customer-satisfaction"):
        await desk.firm.agent(voter, metadata={"status": "archived"})
    await desk.firm.bought()
    await desk.call()
    assert desk.risk.confidence == 0.0


async def test_a_crm_that_is_down_stops_no_vote(desk: Desk) -> None:
    await desk.firm.bought()
    desk.firm.bank.crm.down = Unavailable("The CRM is not there.")
    assert (await desk.call())["ok"]
    assert desk.risk.confidence == 1.0


async def test_other_tools_go_to_the_other_gate_alone(desk: Desk) -> None:
    assert (await desk.call(GrantDiscount))["ok"]
    assert desk.risk.kind == "discount"
    assert desk.risk.consensus_id is None


async def test_loyalty_and_our_faults_are_voted_on_as_recorded_and_moods_only_noted(desk: Desk) -> None:
    firm, bank = desk.firm, desk.firm.bank
    await firm.bought(our_fault=True)
    advisor = RefundAdvisor(
        store=bank.store,
        clock=bank.clock,
        voting=bank.voting,
        profiles=bank.crm,
        sentiment=VaderSentiment(),
        terms=terms_for("GBP"),
    )
    for said in ("I am furious, this is a terrible disaster!", ""):
        advice = await advisor.advise(firm.contact, firm.wish(), said=said)
        assert advice.consensus is not None
        vote = next(vote for vote in advice.consensus.votes if vote.agent == SATISFACTION_VOTER)
        assert (vote.vote, vote.confidence) == (Choice.APPROVE, 0.9)
        assert ("unhappy" in vote.reason) is bool(said)


async def test_a_contact_that_is_gone_gets_nothing(desk: Desk) -> None:
    wish = replace(desk.firm.wish(), place=Place(contact_id="con_gone"))
    advice = await desk.firm.bank.advisor.advise(desk.firm.owner, wish)
    assert "no contact 'con_gone'" in str(advice.refusal)
    assert advice.confidence is None


async def test_the_age_counts_when_it_is_carried_out_too(desk: Desk) -> None:
    await desk.firm.bought(days=29)
    desk.inner.answer = WAITS
    await desk.call(amount="100.00")
    desk.firm.bank.clock.move(timedelta(days=3))
    tool = IssueRefund(desk.firm.bank.ledger, desk.firm.turn())
    allowed = tool.parameters.model_validate({**REFUND, "amount": "100.00", "idempotency_key": "apv_1"})
    assert "At most 50.00 GBP" in str((await tool.execute(allowed)).error)
