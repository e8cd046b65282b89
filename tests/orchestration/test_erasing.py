"""Erasing a person: one request after which nothing in the whole database says who they were, and the books stay."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from deskhand.migrations.tables import METADATA
from deskhand.orchestration.plan_model import PlanDraft, SubtaskDraft
from deskhand.orchestration.refund_tools import ISSUE_REFUND
from deskhand.settings import load_settings
from deskhand.tenancy.roles import Role
from deskhand.testing.scripted_provider import CallTool, Say
from deskhand.wiring import House
from shops import OpenHouse, Shop, open_shop
from turns.visits import Visit, Visiting, visiting

__all__ = ["visiting"]

NAME, EMAIL = "Wilhelmina Quastenflosse", "w.quastenflosse@example.com"
WHO = f"I am {NAME}, {EMAIL}."
REASON = f"{NAME} says that it does not fit."


def refund_of(amount: str) -> CallTool:
    asked = {"order_number": "A-1", "amount": amount, "currency": "GBP", "reason": REASON}
    return CallTool(name=ISSUE_REFUND, arguments=json.dumps(asked))


async def everything(house: House) -> str:
    """All that stands in any table, as text."""
    found: list[str] = []
    async with house.store.database.engine.connect() as connection:
        for table in METADATA.sorted_tables:
            rows = await connection.execute(select(table))
            found += [f"{table.name}: {row!r}" for row in rows]
    return "\n".join(found)


def named_in(told: str) -> list[str]:
    lines = told.casefold().splitlines()
    return [line[:200] for line in lines if "quastenflosse" in line]


async def known(visit: Visit, owner: httpx.AsyncClient) -> str:
    """A contact of whom every part of the house knows something; the id."""
    shop, house = visit.shop, visit.shop.house
    contact_id: str = (await visit.client.get(f"/api/v1/sessions/{visit.session_id}")).json()["contact_id"]
    files = {"file": ("letter.txt", f"Dear shop, {WHO}".encode(), "text/plain")}
    uploaded = await visit.client.post(f"/api/v1/sessions/{visit.session_id}/attachments", files=files)
    assert uploaded.status_code in {201, 202}, uploaded.text
    order = {"number": "A-1", "placed_at": house.clock.now().isoformat(), "amount": "900.00", "currency": "GBP"}
    noted = await owner.post("/api/v1/orders", json={**order, "contact_id": contact_id})
    assert noted.status_code == 201, noted.text
    await owner.patch(f"/api/v1/orders/{noted.json()['id']}", json={"note": f"For {NAME}"})
    crm = f"/api/v1/crm/contacts/{contact_id}"
    assert (await owner.patch(crm, json={"name": NAME, "email": EMAIL})).status_code == 200
    assert (await owner.post(f"{crm}/notes", json={"text": f"{NAME} called."})).status_code == 201
    event = {"title": f"{NAME} visited", "category": "interaction"}
    assert (await owner.post(f"{crm}/events", json=event)).status_code == 201
    await visit.ask(f"{WHO} Please refund 300 pounds of order A-1.")
    await visit.ask(f"{WHO} Another 300 pounds of order A-1, please.")
    part = SubtaskDraft(id="a", description=f"What may {NAME} return?", agent="support")
    draft = PlanDraft(task=WHO, subtasks=(part,), session_id=visit.session_id)
    await house.planner.start(shop.owner_scope, draft)
    await settled(house)
    return contact_id


async def settled(house: House) -> None:
    await house.jobs.run_due()
    await house.background.settle()


@pytest.mark.model
async def test_after_it_nothing_in_the_database_or_its_file_names_the_person(
    visiting: Visiting, tmp_path: Path
) -> None:
    script = (refund_of("300.00"), Say(text="Done."), refund_of("300.00"), Say(text="A person looks at it."))
    contract = {"tools": [ISSUE_REFUND]}
    async with visiting(*script, contract=contract, currency="GBP", tools={"billing": {"enabled": True}}) as visit:
        house = visit.shop.house
        async with visit.shop.client(visit.shop.owner_token()) as owner:
            contact_id = await known(visit, owner)
            before = named_in(await everything(house))
            tables = {line.partition(":")[0] for line in before}
            assert tables >= {"messages", "crm_records", "crm_notes", "crm_events", "approvals", "plans"}
            assert tables >= {"plan_subtasks", "billing_entries", "orders", "attachments", "executions", "consensus"}
            erased = await owner.post(f"/api/v1/contacts/{contact_id}/erase")
            assert erased.status_code == 200, erased.text
            told = erased.json()
            assert told["record_id"] is not None
            assert {name for name, rows in told["erased"].items() if rows == 0} <= {"deliveries", "memories"}
            await settled(house)
            assert named_in(await everything(house)) == []
            (entry,) = (await owner.get("/api/v1/billing/entries")).json()["items"]
            assert (entry["amount"], entry["reason"]) == ("300.00", "")
            assert (await owner.get("/api/v1/threads")).json()["total"] == 0
            again = (await owner.post(f"/api/v1/contacts/{contact_id}/erase")).json()
            assert again["record_id"] is None
            assert again["erased"]["conversations"] == 0
    files = [each.read_bytes().lower() for each in (tmp_path / "data").glob("*.db*")]
    assert files
    assert not any(b"quastenflosse" in content for content in files)


async def test_who_was_erased_can_come_back_as_somebody_new(shop: Shop, owner: httpx.AsyncClient) -> None:
    async with shop.client(await shop.contact_token()) as contact:
        session = (await contact.post("/api/v1/sessions", json={})).json()
        path = f"/api/v1/chat/sessions/{session['id']}/messages"
        await contact.post(path, json={"message": "How long can I return a helmet?"})
        assert (await owner.post(f"/api/v1/contacts/{session['contact_id']}/erase")).status_code == 200
        assert (await contact.get(path)).status_code == 404
        assert (await contact.post(path, json={"message": "Hello?"})).status_code == 404
        fresh = await contact.post("/api/v1/sessions", json={})
        assert fresh.status_code == 201
        path = f"/api/v1/chat/sessions/{fresh.json()['id']}/messages"
        answer = await contact.post(path, json={"message": "How long can I return a helmet?"})
        assert answer.status_code == 200
        assert len((await contact.get(path)).json()["items"]) == 2


async def test_strangers_and_those_without_the_right_erase_nobody(shop: Shop, house: House) -> None:
    contact_id, _ = await house.directory.new_contact(shop.tenant.id)
    path = f"/api/v1/contacts/{contact_id}/erase"
    neighbour = await open_shop(house, "neighbour", {})
    async with neighbour.client(neighbour.owner_token()) as other:
        assert (await other.post(path)).status_code == 404
    async with shop.client(await shop.staff_token(Role.OPERATOR)) as operator:
        assert (await operator.post(path)).status_code == 403
    async with shop.client(await shop.contact_token()) as visitor:
        assert (await visitor.post(path)).status_code == 403
    async with shop.client(shop.owner_token()) as owner:
        unknown = await owner.post("/api/v1/contacts/con_nobody/erase")
        assert (unknown.status_code, "con_nobody" in unknown.json()["detail"]) == (404, True)


async def test_a_plan_that_runs_while_its_person_is_erased_ends_quietly(
    tmp_path: Path, open_a_house: OpenHouse
) -> None:
    settings = load_settings(env_file=None, data_dir=tmp_path / "data")
    async with open_a_house(settings) as house:
        shop = await open_shop(house)
        contact_id, token = await house.directory.new_contact(shop.tenant.id)
        async with shop.client(token.token) as contact, shop.client(shop.owner_token()) as owner:
            session = (await contact.post("/api/v1/sessions", json={})).json()
            house.jobs.end()
            await house.planner.start(shop.owner_scope, PlanDraft(task=WHO, session_id=session["id"]))
            assert (await owner.post(f"/api/v1/contacts/{contact_id}/erase")).json()["erased"]["plans"] == 1
    async with open_a_house(settings) as house:
        await settled(house)
        assert named_in(await everything(house)) == []
        states: Any = await everything(house)
        assert "plan_erased" in states
