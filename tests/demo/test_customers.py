"""The demo's customers: something to see on every page of the console, once, and each company's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from deskhand.agents.contract_defaults import default_contracts
from deskhand.demo.customers import CustomerSeeds
from deskhand.demo.seed import FOLDER
from deskhand.demo.shapes import customers_in
from deskhand.settings import Settings, load_settings
from deskhand.tenancy.roles import Role
from deskhand.wiring import House
from shops import Shop, open_shop

FIRST, SECOND = customers_in(FOLDER / "customers.json"), customers_in(FOLDER / "second_customers.json")
LISTS = ("crm/contacts", "crm/fields", "crm/pipelines", "crm/templates", "crm/sequences", "orders", "approvals")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return load_settings(env_file=None, data_dir=settings.data_dir, tools={"billing": {"enabled": True}})


async def a_company(house: House, slug: str) -> Shop:
    """A tenant with the agents that ship and no documents."""
    shop = await open_shop(house, slug, documents={})
    for draft in default_contracts():
        await house.agents.create(shop.owner_scope, draft, summary="Shipped")
    return shop


@pytest.fixture
async def demo(house: House) -> Shop:
    shop = await a_company(house, "demo")
    await CustomerSeeds(house, shop.owner_scope).sow(FIRST)
    return shop


@asynccontextmanager
async def as_staff(shop: Shop, role: Role = Role.OPERATOR) -> AsyncIterator[httpx.AsyncClient]:
    async with shop.client(await shop.staff_token(role)) as client:
        yield client


async def listed(shop: Shop, path: str, **query: Any) -> list[dict[str, Any]]:
    async with as_staff(shop, Role.OWNER) as client:
        response = await client.get(f"/api/v1/{path}", params={"limit": 100, **query})
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


async def everything(shop: Shop) -> dict[str, list[dict[str, Any]]]:
    shown = {path: await listed(shop, path) for path in LISTS}
    for contact in shown["crm/contacts"]:
        contact.pop("fetched_at")
        for part in ("notes", "events", "history"):
            path = f"crm/contacts/{contact['id']}/{part}"
            shown[path] = await listed(shop, path)
    return shown


async def test_there_is_something_to_see_on_every_page(demo: Shop) -> None:
    shown = await everything(demo)
    contacts = {each["email"]: each for each in shown["crm/contacts"]}
    maya = contacts["maya.lindqvist@riders.example"]
    assert len(contacts) == len(FIRST.contacts)
    assert maya["tags"] == ["e-bike", "loyal"]
    assert maya["custom_fields"]["care_plan"] == "complete"
    assert contacts["tom.adeyemi@harbour-couriers.example"]["pipeline"]["stage"] == "Offer sent"
    assert len(shown[f"crm/contacts/{maya['id']}/notes"]) == 2
    assert {each["contact_id"] for each in shown["orders"]} == {maya["id"]}
    assert [each["name"] for each in shown["crm/sequences"]] == ["new-rider"]


async def test_one_request_waits_and_one_was_decided_and_told(demo: Shop) -> None:
    decided, waiting = sorted(await listed(demo, "approvals"), key=lambda each: str(each["status"]), reverse=True)
    assert (waiting["status"], waiting["action"]["amount"], waiting["on_timeout"]) == ("pending", "94.50", "escalate")
    assert (decided["status"], decided["decision"]["verdict"]) == ("rejected", "reject")
    async with as_staff(demo) as client:
        told = (await client.get(f"/api/v1/chat/sessions/{decided['session_id']}/messages")).json()["items"]
    assert [each["role"] for each in told] == ["customer", "agent", "agent"]
    assert "could not allow it: Discount of 40 %" in told[-1]["content"]


async def test_the_refund_that_waits_can_be_allowed_and_is_noted(demo: Shop) -> None:
    (waiting,) = await listed(demo, "approvals", status="pending")
    async with as_staff(demo) as client:
        answer = await client.post(f"/api/v1/approvals/{waiting['id']}/decide", json={"verdict": "approve"})
        assert answer.status_code == 200, answer.text
        await demo.house.jobs.run_due()
        after = (await client.get(f"/api/v1/approvals/{waiting['id']}")).json()
    assert (after["status"], after["result"]["data"]["worth"]) == ("executed", "94.50 GBP")


async def test_a_second_start_changes_nothing(demo: Shop) -> None:
    before = await everything(demo)
    await CustomerSeeds(demo.house, demo.owner_scope).sow(FIRST)
    assert await everything(demo) == before


async def test_a_start_that_was_cut_short_goes_on_where_it_was(house: House) -> None:
    shop = await a_company(house, "demo")
    without_last = FIRST.model_copy(update={"contacts": FIRST.contacts[:2], "sequences": FIRST.sequences})
    seeds = CustomerSeeds(house, shop.owner_scope)
    async with shop.client(shop.owner_token()) as client:
        client.base_url = httpx.URL("http://shop/api/v1/")
        for body in (*FIRST.fields, *FIRST.pipelines, *FIRST.templates):
            kind = "fields" if "key" in body else "pipelines" if "stages" in body else "templates"
            assert (await client.post(f"crm/{kind}", json=body)).status_code == 201
        for customer in without_last.contacts:
            await seeds._sow_one(client, customer)
    await seeds.sow(FIRST)
    assert len(await listed(shop, "crm/contacts")) == len(FIRST.contacts)
    assert len(await listed(shop, "approvals")) == 2
    assert len(await listed(shop, "crm/templates")) == len(FIRST.templates)


async def test_what_staff_has_changed_stays(demo: Shop) -> None:
    maya = next(each for each in await listed(demo, "crm/contacts") if each["name"] == "Maya Lindqvist")
    async with as_staff(demo) as client:
        changed = await client.patch(f"/api/v1/crm/contacts/{maya['id']}", json={"name": "Maya Berg", "tags": []})
        assert changed.status_code == 200, changed.text
    await CustomerSeeds(demo.house, demo.owner_scope).sow(FIRST)
    names = [each["name"] for each in await listed(demo, "crm/contacts")]
    assert "Maya Berg" in names
    assert len(names) == len(FIRST.contacts)


async def test_the_other_company_has_its_own(demo: Shop) -> None:
    other = await a_company(demo.house, "kettle-crumb")
    before = await everything(demo)
    await CustomerSeeds(demo.house, other.owner_scope).sow(SECOND)
    theirs = await everything(other)
    assert await everything(demo) == before
    assert {each["name"] for each in theirs["crm/contacts"]} == {"Nora Beck", "Liam Osei"}
    assert theirs["approvals"] == theirs["orders"] == []
    async with as_staff(other) as client:
        for contact in before["crm/contacts"]:
            assert (await client.get(f"/api/v1/crm/contacts/{contact['id']}")).status_code == 404
