"""Several small refunds are weighed together: none of them passes a limit because the others were given before."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.orchestration.approval_rules import MOST_WITHOUT_A_PERSON, REFUND, reasons_for
from deskhand.orchestration.refund_policy import DEFAULT_POLICY
from deskhand.orchestration.refund_records import RefundRefused, Weighed
from deskhand.orchestration.refund_tools import ISSUE_REFUND
from deskhand.testing.scripted_provider import CallTool, Say
from deskhand.tools.contract import ApprovalPolicy, RiskyAction
from orchestration.refund_parts import Firm
from turns.visits import Visit, Visiting, visiting

__all__ = ["visiting"]

amounts = st.decimals(min_value="0.01", max_value=500, places=2)


@given(st.lists(amounts, min_size=1, max_size=6))
def test_whatever_the_parts_a_person_is_asked_once_they_come_to_more_than_the_limit(parts: list[Decimal]) -> None:
    before = Decimal(0)
    for amount in parts:
        risk = RiskyAction(kind=REFUND, summary="", amount=amount, currency="GBP", confidence=1.0, before=before)
        asked = reasons_for(ISSUE_REFUND, risk, ApprovalPolicy(), currency="GBP")
        assert bool(asked) == (before + amount > MOST_WITHOUT_A_PERSON)
        before += amount


def test_what_was_given_in_another_currency_is_not_compared_and_asks_a_person() -> None:
    risk = RiskyAction(kind=REFUND, summary="", amount=Decimal(1), currency="GBP", confidence=1.0, before=None)
    assert reasons_for(ISSUE_REFUND, risk, ApprovalPolicy(), currency="GBP") == (
        "the customer was given more shortly before, and not in GBP",
    )


@pytest.mark.parametrize(("days", "counts"), [(89, True), (91, False)])
async def test_the_sum_is_over_the_days_that_the_policy_names(firm: Firm, days: int, *, counts: bool) -> None:
    assert DEFAULT_POLICY.summed_over == timedelta(days=90)
    await firm.bought("A-1")
    await firm.bank.ledger.refund(firm.contact, firm.wish("20.00", "A-1", "key-1"))
    firm.bank.clock.move(timedelta(days=days))
    await firm.bought("A-2")
    advice = await firm.bank.advisor.advise(firm.contact, firm.wish("30.00", "A-2", "key-2"))
    assert advice.before == (Decimal("20.00") if counts else Decimal(0))


async def test_the_same_order_counts_however_long_ago_and_another_currency_cannot_be_summed(firm: Firm) -> None:
    await firm.bought("A-1", proven_defect=True)
    await firm.bank.ledger.refund(firm.contact, firm.wish("20.00", "A-1", "key-1"))
    firm.bank.clock.move(timedelta(days=200))
    again = await firm.bank.advisor.advise(firm.contact, firm.wish("30.00", "A-1", "key-2"))
    assert again.before == Decimal("20.00")
    await firm.bought("E-1", currency="EUR")
    await firm.bank.ledger.refund(firm.contact, firm.wish("5.00", "E-1", "key-3", currency="EUR"))
    firm.bank.clock.move(timedelta(days=1))
    mixed = await firm.bank.advisor.advise(firm.contact, firm.wish("30.00", "A-1", "key-4"))
    assert mixed.refusal is not None or mixed.before is None


async def test_of_two_that_were_weighed_at_once_the_second_must_be_weighed_again(firm: Firm) -> None:
    await firm.bought("A-1", amount="900.00")
    seen = Weighed(before=Decimal(0))
    await firm.bank.ledger.refund(firm.contact, firm.wish("300.00", "A-1", "key-1", weighed=seen))
    with pytest.raises(RefundRefused, match="Another refund was given meanwhile"):
        await firm.bank.ledger.refund(firm.contact, firm.wish("400.00", "A-1", "key-2", weighed=seen))
    repeated = await firm.bank.ledger.refund(firm.contact, firm.wish("300.00", "A-1", "key-1", weighed=seen))
    assert [entry.id for entry in await firm.entries()] == [repeated.id]


def refund_of(amount: str) -> CallTool:
    asked = {"order_number": "A-1", "amount": amount, "currency": "GBP", "reason": "It does not fit."}
    return CallTool(name=ISSUE_REFUND, arguments=json.dumps(asked))


async def bought(visit: Visit, amount: str) -> None:
    shop = visit.shop
    contact_id = (await visit.client.get(f"/api/v1/sessions/{visit.session_id}")).json()["contact_id"]
    order = {"number": "A-1", "placed_at": shop.house.clock.now().isoformat(), "amount": amount, "currency": "GBP"}
    async with shop.client(shop.owner_token()) as owner:
        noted = await owner.post("/api/v1/orders", json={**order, "contact_id": contact_id})
    assert noted.status_code == 201, noted.text


async def owners(visit: Visit, path: str) -> list[dict[str, Any]]:
    async with visit.shop.client(visit.shop.owner_token()) as owner:
        items: list[dict[str, Any]] = (await owner.get(path)).json()["items"]
    return items


@pytest.mark.model
async def test_a_second_small_refund_waits_for_a_person_over_http(visiting: Visiting) -> None:
    script = (refund_of("300.00"), Say(text="Done."), refund_of("300.00"), Say(text="A person looks at it."))
    contract = {"tools": [ISSUE_REFUND]}
    async with visiting(*script, contract=contract, currency="GBP", tools={"billing": {"enabled": True}}) as visit:
        await bought(visit, "900.00")
        first = await visit.ask("Please refund 300 pounds of order A-1.")
        assert first["tool_metadata"][ISSUE_REFUND]["success"] is True
        assert await owners(visit, "/api/v1/approvals") == []
        second = await visit.ask("Another 300 pounds of order A-1, please.")
        assert second["tool_metadata"][ISSUE_REFUND]["success"] is False
        (waiting,) = await owners(visit, "/api/v1/approvals")
        records = await owners(visit, "/api/v1/audit")
        votes = await owners(visit, "/api/v1/consensus")
        (entry,) = await owners(visit, "/api/v1/billing/entries")
    assert (waiting["status"], waiting["action"]["amount"]) == ("pending", "300.00")
    assert "with 300.00 given shortly before" in json.dumps(waiting)
    assert entry["amount"] == "300.00"
    assert len(votes) == len(records) == 2
    for vote, record in zip(votes, records, strict=True):
        (told,) = [tool for tool in record["tools"] if tool["name"] == "consensus"]
        assert (told["calls"], told["success"]) == (1, vote["outcome"] == "approved")
        assert told["summary"].startswith(f"{vote['id']} {vote['outcome']} ")
        assert all(f"{each['agent']}: {each['vote']} " in told["summary"] for each in vote["votes"])
    assert votes[-1]["outcome"] == "approved"
