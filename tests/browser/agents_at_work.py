"""What agents do beside the words of a conversation, brought about in a house that runs: requests, votes, plans."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from deskhand.kit.ids import new_id
from deskhand.orchestration.approval_model import Approval, ProposedAction
from deskhand.orchestration.approvals import Approvals, Change
from deskhand.orchestration.consensus import Choice, Consensus, Outcome, Vote, Weighting
from deskhand.orchestration.consensus_repository import ConsensusRepository
from deskhand.turns.events import ApprovalChanged
from shops import Shop

REFUND = {"order_number": "A-1044", "amount": "620.00", "currency": "EUR", "reason": "The frame came broken."}
SUMMARY = "Refund 620.00 EUR on order A-1044"
WROTE = "My bike came with a broken frame. I want my money back."


class NobodyChanges:
    """Requests are made here; they are changed over HTTP, where the house does it."""

    async def changed(self, approval: Approval, arguments: Mapping[str, Any]) -> Change:
        raise AssertionError((approval.id, dict(arguments)))

    def parameters_of(self, approval: Approval) -> Mapping[str, Any] | None:
        raise AssertionError(approval.id)


@dataclass(frozen=True)
class Place:
    """The newest conversation of the shop."""

    session_id: str
    thread_id: str
    contact_id: str


async def newest_place(shop: Shop) -> Place:
    async with shop.client(shop.owner_token()) as client:
        (session, *_) = (await client.get("/api/v1/sessions")).json()["items"]
    return Place(session["id"], session["thread_id"], session["contact_id"])


async def ordered(shop: Shop, place: Place) -> None:
    """The customer has bought what a refund can be for."""
    body = {
        "number": REFUND["order_number"],
        "contact_id": place.contact_id,
        "placed_at": (shop.house.clock.now() - timedelta(days=5)).isoformat(),
        "amount": "900.00",
        "currency": "EUR",
        "items": [{"name": "Bike", "quantity": 1}],
    }
    async with shop.client(shop.owner_token()) as client:
        assert (await client.post("/api/v1/orders", json=body)).status_code in {200, 201}


async def refund_asked(shop: Shop, place: Place, **changes: Any) -> Approval:
    """An agent wants to give money back, and a person must allow it."""
    house = shop.house

    def announce(approval: Approval) -> None:
        event = ApprovalChanged(approval_id=approval.id, status=approval.status.value, summary=approval.summary)
        house.hub.publish(place.session_id, None, event)

    async def nobody(_: object) -> None:
        return None

    approvals = Approvals(
        store=house.store,
        clock=house.clock,
        jobs=house.jobs,
        actions=NobodyChanges(),
        announce=announce,
        name_of=nobody,
    )
    fields: dict[str, Any] = {
        "kind": "refund",
        "tool": "issue_refund",
        "arguments": {**REFUND, "defect": False, "idempotency_key": None},
        "summary": SUMMARY,
        "amount": Decimal("620.00"),
        "currency": "EUR",
        "confidence": 0.62,
        "reasoning": "The agent asks for it because: The frame came broken.",
        "reasons": ("more than 500 EUR is at stake", "the agent is less sure than 0.7"),
        "contact_id": place.contact_id,
        "session_id": place.session_id,
        "thread_id": place.thread_id,
        "agent_id": "support-billing",
        "message": WROTE,
    }
    async with house.store.write(shop.owner_scope) as db:
        approval = await approvals.request(db, shop.owner_scope, ProposedAction(**(fields | changes)))
    approvals.requested(approval)
    return approval


async def vote_held(shop: Shop, place: Place) -> Consensus:
    """Three agents have voted, and one is of another mind."""
    held = Consensus(
        id=new_id("cns"),
        subject=SUMMARY,
        kind="refund",
        threshold=0.66,
        weighting=Weighting.EQUAL,
        quorum=2,
        outcome=Outcome.APPROVED,
        score=2 / 3,
        votes=(
            Vote(agent="voter-financial-risk", vote=Choice.REJECT, confidence=0.55, reason="It is a lot of money."),
            Vote(agent="voter-customer-satisfaction", vote=Choice.APPROVE, confidence=0.9, reason="A loyal customer."),
            Vote(agent="voter-policy", vote=Choice.APPROVE, confidence=0.95, reason="Within 30 days of delivery."),
        ),
        dissent=("voter-financial-risk",),
        created_at=shop.house.clock.now(),
        session_id=place.session_id,
        contact_id=place.contact_id,
    )
    async with shop.house.store.write(shop.owner_scope) as db:
        await ConsensusRepository(db, shop.owner_scope, shop.house.clock).add(held, {})
    return held


async def plan_started(shop: Shop, place: Place, **body: Any) -> str:
    """Agents work on the parts of a task; the plan's id."""
    given = {
        "task": "What does express delivery cost, and what does a return by post cost?",
        "subtasks": [
            {"id": "delivery", "description": "What does express delivery cost?", "agent": "support"},
            {"id": "returns", "description": "What does returning an item by post cost?", "agent": "support"},
            {
                "id": "both",
                "description": "How long can I return a helmet?",
                "agent": "support",
                "dependencies": ["delivery", "returns"],
            },
        ],
        "session_id": place.session_id,
    }
    async with shop.client(shop.owner_token()) as client:
        response = await client.post("/api/v1/plans", json=given | body)
    assert response.status_code == 202, response.text
    plan_id: str = response.json()["id"]
    return plan_id
