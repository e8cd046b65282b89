"""Refunds and discounts as an agent asks for them: within the policy, for its own contact alone, and once."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from deskhand.orchestration.billing_repository import EntryStatus
from deskhand.orchestration.refund_ledger import SETTLE
from deskhand.orchestration.refund_records import RefundRefused
from deskhand.orchestration.refund_tools import GrantDiscount, IssueRefund
from deskhand.tenancy.roles import Role
from deskhand.tools.contract import ToolSlice
from deskhand.tools.failures import Outcome
from deskhand.tools.registry import ToolRegistry
from orchestration.refund_counter import DISCOUNT, REFUND, Counter
from orchestration.refund_parts import Bank, Firm, open_firm


@pytest.fixture
def counter(firm: Firm) -> Counter:
    return Counter(firm)


async def test_without_a_billing_system_a_refund_is_recorded_for_staff_and_told_to_the_crm_once(
    counter: Counter, bank: Bank
) -> None:
    order = await counter.firm.bought()
    shown = await counter.refund()
    assert shown["ok"], shown
    assert shown["data"] == {
        "status": "recorded",
        "worth": "20.00 GBP",
        "next": "It is granted and noted; our staff carries it out. Name no day for it.",
        "left_to_staff": True,
    }
    (entry,) = await counter.firm.entries()
    assert (entry.status, entry.order_id, entry.units) == (EntryStatus.RECORDED, order.id, 2000)
    assert (entry.session_id, entry.agent_id) == (counter.firm.session_id, "support-billing")

    assert await bank.queue.run_due() == 1
    ((contact_id, event),) = bank.crm.events.values()
    assert (contact_id, event.title) == (counter.firm.contact_id, "Refund of 20.00 GBP on order A-1")
    assert "fit" not in json.dumps(dict(event.data))
    assert await bank.queue.run_due() == 0


async def test_the_same_call_gives_money_back_once(counter: Counter) -> None:
    await counter.firm.bought()
    first = await counter.refund()
    assert await counter.refund(reason="Asked again, in other words.") == first
    keyed = await counter.refund(idempotency_key="my-key")
    assert keyed["ok"]
    assert await counter.refund("trn_2", idempotency_key="my-key") == keyed
    assert len(await counter.firm.entries()) == 2
    other = await counter.refund(idempotency_key="my-key", amount="21.00")
    assert counter.outcome is Outcome.REFUSED
    assert "belongs to another refund or discount" in other["error"]


async def test_many_calls_at_once_stay_within_the_order_and_the_year(counter: Counter) -> None:
    await counter.firm.bought()
    shown = await asyncio.gather(*(counter.refund(f"trn_{at}", amount="40.00") for at in range(6)))
    assert sum(each["ok"] for each in shown) == 2
    assert sum(entry.units or 0 for entry in await counter.firm.entries()) == 8000


OUTSIDE: tuple[tuple[float, dict[str, Any], str], ...] = (
    (91, {"defect": True}, "must be confirmed by a member of staff first"),
    (45, {"amount": "50.01"}, "At most 50.00 GBP can be refunded"),
    (10, {"amount": "100.01"}, "At most 100.00 GBP"),
    (10, {"currency": "EUR"}, "was paid in GBP, not in EUR"),
    (10, {"order_number": "NONE"}, "has no order 'NONE'"),
)


async def test_what_is_outside_of_the_policy_is_declined_in_words_to_pass_on(counter: Counter) -> None:
    for at, (days, change, told) in enumerate(OUTSIDE):
        await counter.firm.bought(f"O-{at}", days=days)
        shown = await counter.refund(**{"order_number": f"O-{at}", **change})
        assert not shown["ok"]
        assert told in shown["error"]
        assert counter.outcome is Outcome.DECLINED
    assert await counter.firm.entries() == ()


async def test_an_order_of_another_contact_is_as_unknown_as_none(counter: Counter, bank: Bank) -> None:
    other, _ = await bank.directory.new_contact(counter.firm.owner.tenant_id)
    await counter.firm.bought(contact_id=other)
    assert "has no order '#a-1'" in (await counter.refund())["error"]
    rival = await open_firm(bank, "rival")
    await rival.bought("R-1")
    assert "has no order 'R-1'" in (await counter.refund(order_number="R-1"))["error"]


async def test_two_refunds_a_year_are_the_most_and_after_a_year_there_is_another(counter: Counter, bank: Bank) -> None:
    for number in ("A-1", "A-2", "A-3"):
        await counter.firm.bought(number)
    assert [(await counter.refund(order_number=number))["ok"] for number in ("A-1", "A-2")] == [True, True]
    assert "2 refunds were given within a year" in (await counter.refund(order_number="A-3"))["error"]
    bank.clock.move(timedelta(days=366))
    await counter.firm.bought("A-4", days=1)
    assert (await counter.refund("trn_2", order_number="A-4"))["ok"]


WRONG_REFUNDS: tuple[dict[str, Any], ...] = (
    {"amount": "-1"},
    {"amount": "NaN"},
    {"amount": "Infinity"},
    {"amount": "1E+999999"},
    {"amount": "a lot"},
    {"currency": "pounds"},
    {"order_number": "1; DROP TABLE orders"},
    {"reason": ""},
    {"reason": "a\x00b"},
    {"idempotency_key": "no good key"},
    {"contact_id": "con_2"},
    {"approved": True},
)


async def test_arguments_that_cannot_be_are_refused_before_anything(counter: Counter) -> None:
    await counter.firm.bought()
    for change in WRONG_REFUNDS:
        assert not (await counter.refund(**change))["ok"]
        assert counter.outcome is Outcome.WRONG_ARGUMENTS, change
    assert await counter.firm.entries() == ()


async def test_a_discount_is_a_code_valid_for_so_long_and_one_at_a_time(counter: Counter, bank: Bank) -> None:
    shown = await counter.discount()
    assert shown["ok"], shown
    assert shown["data"]["worth"] == "10 %"
    assert shown["data"]["code"].startswith("DH-")
    assert shown["data"]["valid_until"] == "2026-04-01"
    assert await counter.discount() == shown
    assert "a discount of 10 % already, valid until 2026-04-01" in (await counter.discount("trn_2"))["error"]
    bank.clock.move(timedelta(days=31))
    other = await counter.discount("trn_3", amount="5", currency="GBP", reason="Again.", valid_days=7)
    assert other["data"]["worth"] == "5.00 GBP"
    assert len({entry.code for entry in await counter.firm.entries()}) == 2
    await bank.queue.run_due()
    told = {event.title for _, event in bank.crm.events.values()}
    assert told == {"Discount of 10 %", "Discount of 5.00 GBP"}


WRONG_DISCOUNTS: tuple[dict[str, Any], ...] = (
    {},
    {"percent": "10", "amount": "5", "currency": "GBP"},
    {"amount": "5"},
    {"percent": "5", "currency": "GBP"},
    {"percent": "0"},
    {"percent": "100.5"},
    {"percent": "NaN"},
    {"percent": "10", "valid_days": 0},
)


async def test_a_discount_that_is_none_is_refused(counter: Counter) -> None:
    for given in WRONG_DISCOUNTS:
        assert not (await counter.discount(reason="Why not.", **given))["ok"]
        assert counter.outcome is Outcome.WRONG_ARGUMENTS, given


async def test_what_is_at_risk_is_said_before_anything_is_done(counter: Counter) -> None:
    refund, discount = counter.bound(IssueRefund).tool, counter.bound(GrantDiscount).tool
    risk = refund.risk(refund.parameters.model_validate(REFUND))
    assert risk is not None
    assert (risk.kind, str(risk.amount), risk.currency) == ("refund", "20.00", "GBP")
    assert risk.summary == "Refund 20.00 GBP on order #a-1"
    assert risk.reasoning == "The agent asks for it because: It does not fit."
    percent = discount.risk(discount.parameters.model_validate(DISCOUNT))
    assert percent is not None
    assert (percent.kind, percent.percent, percent.amount) == ("discount", 10.0, None)
    amount = discount.risk(discount.parameters.model_validate({"amount": 5, "currency": "GBP", "reason": "x"}))
    assert amount is not None
    assert amount.summary == "Discount of 5.00 GBP, valid 30 days"
    assert amount.reasoning == "The agent asks for it because: x"


async def test_the_crm_forgets_no_event_and_stops_at_a_contact_it_does_not_know(counter: Counter, bank: Bank) -> None:
    bank.crm.strangers.add(counter.firm.contact_id)
    await counter.firm.bought()
    await counter.refund()
    assert await bank.queue.run_due() == 1
    assert bank.crm.events == {}
    (entry,) = await counter.firm.entries()
    assert (await bank.queue.standing(counter.firm.owner, kind=SETTLE, key=entry.id)) is None


async def test_the_ledger_is_listed_for_staff(counter: Counter, bank: Bank) -> None:
    await counter.firm.bought()
    await counter.refund()
    await counter.discount()
    client = bank.client(counter.firm.owner)
    listed = (await client.get("/api/v1/billing/entries")).json()
    assert [(entry["kind"], entry["amount"], entry["percent"]) for entry in listed["items"]] == [
        ("discount", None, 10.0),
        ("refund", "20.00", None),
    ]
    for query, total in (({"kind": "refund"}, 1), ({"status": "issued"}, 0), ({"contact_id": "con_x"}, 0)):
        assert (await client.get("/api/v1/billing/entries", params=query)).json()["total"] == total
    rival = await open_firm(bank, "rival")
    assert (await bank.client(rival.owner).get("/api/v1/billing/entries")).json()["total"] == 0


def test_the_registry_takes_both_tools() -> None:
    registry = ToolRegistry()
    registry.register("issue_refund", IssueRefund, slice_=ToolSlice.BILLING)
    registry.register("grant_discount", GrantDiscount, slice_=ToolSlice.BILLING)
    assert registry.names == {"issue_refund", "grant_discount"}


async def test_the_ledger_takes_no_amount_with_too_many_decimals(firm: Firm) -> None:
    with pytest.raises(RefundRefused):
        await firm.bank.ledger.refund(firm.contact, firm.wish("5.005"))


async def test_staff_settles_what_is_recorded_once(counter: Counter, bank: Bank) -> None:
    await counter.firm.bought()
    await counter.refund(amount="100.00")
    (entry,) = await counter.firm.entries()
    at = f"/api/v1/billing/entries/{entry.id}/settle"
    client, paid = bank.client(counter.firm.owner), {"outcome": "issued", "reference": "transfer 4711"}
    for _ in range(2):
        settled = await client.post(at, json=paid)
        assert settled.status_code == 200, settled.text
        assert (settled.json()["status"], settled.json()["reference"]) == ("issued", "transfer 4711")
    otherwise: tuple[dict[str, str], ...] = (
        {"outcome": "declined", "reason": "No account."},
        {"outcome": "issued", "reference": "transfer 4712"},
    )
    for other in otherwise:
        assert (await client.post(at, json=other)).json()["code"] == "billing_entry_settled", other
    for wrong in ({"outcome": "declined"}, {"outcome": "issued", "reason": "x"}, {"outcome": "maybe"}):
        assert (await client.post(at, json=wrong)).status_code == 422
    assert (await bank.client(counter.firm.staff[Role.VIEWER]).post(at, json=paid)).status_code == 403
    rival = await open_firm(bank, "rival")
    assert (await bank.client(rival.owner).post(at, json=paid)).status_code == 404
    await bank.queue.run_due()
    assert list(bank.crm.events) == [entry.id]


@pytest.mark.parametrize(("amount", "currency"), [("20.005", "GBP"), ("20.5", "JPY")])
async def test_an_amount_that_its_currency_does_not_know_is_a_wrong_argument_before_anybody_is_asked(
    counter: Counter, amount: str, currency: str
) -> None:
    await counter.firm.bought()
    for shown in (
        await counter.refund(amount=amount, currency=currency),
        await counter.discount(amount=amount, currency=currency, reason="A late parcel."),
    ):
        assert not shown["ok"]
        assert f"'amount' is a string: {amount} {currency} has too many decimals" in shown["error"]
    assert await counter.firm.entries() == ()


async def test_arguments_that_do_not_go_together_are_told_in_a_plain_sentence(counter: Counter) -> None:
    shown = await counter.discount(percent="5", amount="5.00", currency="GBP", reason="A late parcel.")
    assert shown["error"].startswith("grant_discount was called wrongly: Give either percent or amount. Its parameters")
