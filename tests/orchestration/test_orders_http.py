"""Orders over HTTP: the facts that refunds rest on. Noted once, corrected by staff, never another tenant's."""

from typing import Any

import httpx
import pytest

from deskhand.demo.orders import seed_orders
from deskhand.tenancy.roles import Role
from orchestration.refund_parts import Bank, Firm, open_firm

ORDERS = "/api/v1/orders"


@pytest.fixture
def owner(firm: Firm) -> httpx.AsyncClient:
    return firm.bank.client(firm.owner)


def body(firm: Firm, **given: Any) -> dict[str, Any]:
    order = {"number": "#a-1044", "placed_at": "2026-02-20T10:30:00+01:00", "amount": "59.9", "currency": "gbp"}
    return {**order, "contact_id": firm.contact_id, "items": [{"name": "Helmet"}], **given}


async def test_an_order_is_noted_once_in_its_one_way_of_writing(owner: httpx.AsyncClient, firm: Firm) -> None:
    noted = await owner.post(ORDERS, json=body(firm))
    assert noted.status_code == 201, noted.text
    order = noted.json()
    assert (order["number"], order["amount"], order["currency"]) == ("A-1044", "59.90", "GBP")
    assert order["placed_at"] == "2026-02-20T09:30:00Z"
    assert order["items"] == [{"name": "Helmet", "quantity": 1}]

    again = await owner.post(ORDERS, json=body(firm, number="A-1044", amount=59.90))
    assert (again.status_code, again.json()) == (200, order)
    other = await owner.post(ORDERS, json=body(firm, amount="60"))
    assert (other.status_code, other.json()["code"]) == (409, "order_exists")
    assert (await owner.get(f"{ORDERS}/{order['id']}")).json() == order


async def test_what_staff_finds_out_is_noted_and_stays_when_the_order_is_sent_again(
    owner: httpx.AsyncClient, firm: Firm
) -> None:
    order = (await owner.post(ORDERS, json=body(firm))).json()
    found = {"proven_defect": True, "note": "Strap torn."}
    changed = await owner.patch(f"{ORDERS}/{order['id']}", json=found)
    assert changed.status_code == 200, changed.text
    assert {name: changed.json()[name] for name in (*found, "our_fault")} == {**found, "our_fault": False}
    assert (await owner.post(ORDERS, json=body(firm))).json()["proven_defect"] is True
    undone = await owner.patch(f"{ORDERS}/{order['id']}", json={"proven_defect": False, "our_fault": True})
    assert (undone.json()["proven_defect"], undone.json()["our_fault"]) == (False, True)


async def test_orders_are_listed_newest_first_and_narrowed(owner: httpx.AsyncClient, firm: Firm, bank: Bank) -> None:
    other_contact, _ = await bank.directory.new_contact(firm.owner.tenant_id)
    await firm.bought("A-1", days=20)
    await firm.bought("A-2", days=5)
    await firm.bought("B-1", days=1, contact_id=other_contact)
    listed = (await owner.get(ORDERS, params={"limit": 2})).json()
    assert ([order["number"] for order in listed["items"]], listed["total"]) == (["B-1", "A-2"], 3)
    mine = (await owner.get(ORDERS, params={"contact_id": firm.contact_id, "offset": 1})).json()
    assert [order["number"] for order in mine["items"]] == ["A-1"]
    assert [order["number"] for order in (await owner.get(ORDERS, params={"number": "#b-1"})).json()["items"]] == [
        "B-1"
    ]


NO_ORDERS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"amount": "0"}, "body.amount"),
    ({"amount": "-5"}, "body.amount"),
    ({"amount": "NaN"}, "body.amount"),
    ({"amount": "1e30"}, "body.amount"),
    ({"amount": "1E+1000000"}, "body.amount"),
    ({"amount": "5.999"}, "amounts in GBP have 2"),
    ({"amount": "5.5", "currency": "JPY"}, "amounts in JPY have 0"),
    ({"currency": "pounds"}, "body.currency"),
    ({"placed_at": "2026-03-02T09:00:01Z"}, "in the future"),
    ({"placed_at": "2026-02-20T10:30:00"}, "body.placed_at"),
    ({"placed_at": "0001-01-01T00:00:00+14:00"}, "the year 1 cannot"),
    ({"placed_at": "9999-12-31T23:59:59-14:00"}, "the year 9999 cannot"),
    ({"number": "no such number"}, "body.number"),
    ({"number": ""}, "body.number"),
    ({"items": [{"name": "a\nb\x07"}]}, "body.items.0.name"),
    ({"items": [{"name": "x", "quantity": 0}]}, "body.items.0.quantity"),
    ({"note": "\x00"}, "body.note"),
    ({"colour": "red"}, "body.colour"),
    ({"contact_id": "con/1"}, "body.contact_id"),
)


async def test_what_cannot_be_an_order_is_refused(owner: httpx.AsyncClient, firm: Firm) -> None:
    for change, told in NO_ORDERS:
        refused = await owner.post(ORDERS, json=body(firm, **change))
        assert refused.status_code == 422, (change, refused.text)
        assert told in refused.json()["detail"], refused.text
    assert (await owner.get(ORDERS)).json()["total"] == 0


async def test_an_order_of_nobody_and_a_change_of_nothing_are_refused(owner: httpx.AsyncClient, firm: Firm) -> None:
    unknown = await owner.post(ORDERS, json=body(firm, contact_id="con_none"))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_contact")
    order = (await owner.post(ORDERS, json=body(firm))).json()
    nothing = await owner.patch(f"{ORDERS}/{order['id']}", json={})
    assert "nothing is to change" in nothing.json()["detail"]
    assert (await owner.patch(f"{ORDERS}/ord_none", json={"our_fault": True})).status_code == 404


async def test_who_may_see_and_who_may_change(owner: httpx.AsyncClient, firm: Firm, bank: Bank) -> None:
    order = (await owner.post(ORDERS, json=body(firm))).json()
    at = f"{ORDERS}/{order['id']}"
    viewer, contact = bank.client(firm.staff[Role.VIEWER]), bank.client(firm.contact)
    assert (await viewer.get(at)).status_code == 200
    assert (await viewer.post(ORDERS, json=body(firm))).status_code == 403
    assert (await viewer.patch(at, json={"our_fault": True})).status_code == 403
    for path in (ORDERS, at, "/api/v1/billing/entries"):
        assert (await contact.get(path)).status_code == 403


async def test_another_tenants_orders_are_not_there_and_its_numbers_are_free(
    owner: httpx.AsyncClient, firm: Firm, bank: Bank
) -> None:
    order = (await owner.post(ORDERS, json=body(firm))).json()
    rival = await open_firm(bank, "rival")
    stranger = bank.client(rival.owner)
    for answer in (
        await stranger.get(f"{ORDERS}/{order['id']}"),
        await stranger.patch(f"{ORDERS}/{order['id']}", json={"proven_defect": True}),
        await stranger.post(ORDERS, json=body(firm, number="Z-9")),
    ):
        assert answer.status_code == 404, answer.text
    assert (await stranger.get(ORDERS)).json()["items"] == []
    assert (await stranger.post(ORDERS, json=body(rival))).status_code == 201
    assert (await owner.get(f"{ORDERS}/{order['id']}")).json() == order


async def test_the_demo_has_an_order_for_each_part_of_the_policy_and_seeding_again_changes_nothing(
    owner: httpx.AsyncClient, firm: Firm, bank: Bank
) -> None:
    for _ in range(2):
        await seed_orders(bank.orders, firm.owner, firm.contact_id, bank.clock.now())
    orders = (await owner.get(ORDERS)).json()
    assert orders["total"] == 4
    refusals = []
    for order in orders["items"]:
        advice = await bank.advisor.advise(firm.contact, firm.wish(order["amount"], order["number"]))
        refusals.append(advice.refusal or "")
    assert [bool(refusal) for refusal in refusals] == [False, True, False, True]
    assert "At most 94.50 GBP" in refusals[1]
