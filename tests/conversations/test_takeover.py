"""Staff take a conversation over, write in it, and hand it back; its ticket and its listeners follow."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from deskhand.conversations.model import CloseReason, MessageRole
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.sessions import SessionRepository
from deskhand.conversations.takeover import OperatorSaid, OwnerChanged
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import NobodyActs, TenantScope
from escalation.desks import Company, Desk, open_company, open_desk


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        yield opened


@pytest.fixture
async def company(rig: Desk) -> Company:
    return await open_company(rig)


@pytest.fixture
async def ada(company: Company) -> AsyncIterator[httpx.AsyncClient]:
    async with company.rig.client(company.ada) as client:
        yield client


@pytest.fixture
async def ben(company: Company) -> AsyncIterator[httpx.AsyncClient]:
    async with company.rig.client(company.ben) as client:
        yield client


@pytest.fixture
def path(company: Company) -> str:
    return f"/api/v1/sessions/{company.session_id}"


async def close(company: Company) -> None:
    async with company.rig.store.write(company.ada) as db:
        sessions = SessionRepository(db, company.ada, company.rig.clock)
        assert await sessions.close(company.session_id, CloseReason.EXPLICIT)


async def test_whoever_takes_over_owns_the_session_and_its_ticket(
    company: Company, ada: httpx.AsyncClient, path: str
) -> None:
    ticket = await company.ticket()
    assert (await ada.get(f"{path}/owner")).json()["user_id"] is None
    taken = await ada.post(f"{path}/take-over")
    assert taken.status_code == 200
    assert taken.json() == {
        "session_id": company.session_id,
        "user_id": company.ada.user_id,
        "email": "ada@demo.example.com",
        "name": "Ada",
    }
    shown = (await ada.get(f"/api/v1/tickets/{ticket.id}")).json()
    assert (shown["status"], shown["assignee_id"]) == ("assigned", company.ada.user_id)
    assert company.rig.told == [(company.session_id, OwnerChanged(name="Ada"))]


async def test_the_turn_sees_the_owner_on_the_session_it_reads_anyway(
    company: Company, ada: httpx.AsyncClient, path: str
) -> None:
    await ada.post(f"{path}/take-over")
    async with company.rig.store.read(company.contact) as db:
        session = await ConversationRepository(db, company.contact, company.rig.clock).session(company.session_id)
    assert session.human_owner == company.ada.user_id


async def test_taking_over_twice_changes_and_tells_nothing(company: Company, ada: httpx.AsyncClient, path: str) -> None:
    first = (await ada.post(f"{path}/take-over", json={})).json()
    assert (await ada.post(f"{path}/take-over", json={"force": True})).json() == first
    assert len(company.rig.told) == 1


async def test_a_colleague_is_told_who_has_it_and_may_force_it(
    company: Company, ada: httpx.AsyncClient, ben: httpx.AsyncClient, path: str
) -> None:
    ticket = await company.ticket()
    await ada.post(f"{path}/take-over")
    refused = await ben.post(f"{path}/take-over")
    assert (refused.status_code, refused.json()["code"]) == (409, "owned_by_another")
    assert "'ada@demo.example.com'" in refused.json()["detail"]
    assert "force" in refused.json()["detail"]
    forced = await ben.post(f"{path}/take-over", json={"force": True})
    assert forced.json()["user_id"] == company.ben.user_id
    assert (await ben.get(f"/api/v1/tickets/{ticket.id}")).json()["assignee_id"] == company.ben.user_id
    assert company.rig.told[-1] == (company.session_id, OwnerChanged(name="Support"))
    assert (await ada.post(f"{path}/operator-messages", json={"text": "Still me."})).status_code == 409


async def test_of_many_who_take_over_at_once_one_has_it(
    company: Company, ada: httpx.AsyncClient, ben: httpx.AsyncClient, path: str
) -> None:
    answers = await asyncio.gather(*(client.post(f"{path}/take-over") for client in (ada, ben)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_what_the_owner_writes_is_stored_and_reaches_the_customer(
    company: Company, ada: httpx.AsyncClient, path: str
) -> None:
    ticket = await company.ticket()
    await ada.post(f"{path}/take-over")
    company.rig.clock.move(timedelta(minutes=5))
    written = await ada.post(f"{path}/operator-messages", json={"text": " Hello, this is Ada.\nOne moment. "})
    assert written.status_code == 201
    assert (written.json()["role"], written.json()["content"]) == ("operator", "Hello, this is Ada.\nOne moment.")
    async with company.rig.store.read(company.contact) as db:
        conversations = ConversationRepository(db, company.contact, company.rig.clock)
        messages = await conversations.recent_messages(company.thread_id, limit=5)
        session = await conversations.session(company.session_id)
    assert [(message.role, message.turn_id) for message in messages] == [(MessageRole.OPERATOR, None)]
    assert session.last_activity_at == company.rig.clock.now(), "an operator's message keeps the session open"
    session_id, event = company.rig.told[-1]
    assert session_id == company.session_id
    assert isinstance(event, OperatorSaid)
    assert (event.name, event.message.id) == ("Ada", written.json()["id"])
    shown = (await ada.get(f"/api/v1/tickets/{ticket.id}")).json()
    assert shown["sla"]["first_response_at"] == "2026-03-02T09:05:00Z"
    company.rig.clock.move(timedelta(minutes=5))
    await ada.post(f"{path}/operator-messages", json={"text": "Found it."})
    again = (await ada.get(f"/api/v1/tickets/{ticket.id}")).json()
    assert again["sla"]["first_response_at"] == "2026-03-02T09:05:00Z"
    assert [event["kind"] for event in again["events"]] == ["opened", "assigned", "responded"]


async def test_nobody_writes_before_taking_over_or_after_handing_back(
    company: Company, ada: httpx.AsyncClient, path: str
) -> None:
    for _ in range(2):
        refused = await ada.post(f"{path}/operator-messages", json={"text": "Hello."})
        assert (refused.status_code, refused.json()["code"]) == (409, "not_taken_over")
        await ada.post(f"{path}/take-over")
        await ada.post(f"{path}/hand-back")
    async with company.rig.store.read(company.ada) as db:
        conversations = ConversationRepository(db, company.ada, company.rig.clock)
        assert await conversations.recent_messages(company.thread_id, limit=5) == ()


async def test_handing_back_leaves_the_ticket_or_resolves_it(
    company: Company, ada: httpx.AsyncClient, path: str
) -> None:
    ticket = await company.ticket()
    await ada.post(f"{path}/take-over")
    back = await ada.post(f"{path}/hand-back")
    assert back.json()["user_id"] is None
    assert company.rig.told[-1] == (company.session_id, OwnerChanged(name=None))
    assert (await ada.get(f"/api/v1/tickets/{ticket.id}")).json()["status"] == "assigned"
    assert (await ada.post(f"{path}/hand-back")).status_code == 200
    assert len(company.rig.told) == 2, "handing back what nobody has tells nothing"

    await ada.post(f"{path}/take-over")
    await ada.post(f"{path}/hand-back", json={"resolution": "Sent a new helmet."})
    shown = (await ada.get(f"/api/v1/tickets/{ticket.id}")).json()
    assert (shown["status"], shown["resolution"]) == ("resolved", "Sent a new helmet.")


async def test_a_ticket_that_came_after_the_take_over_is_resolved_too(
    company: Company, ada: httpx.AsyncClient, path: str
) -> None:
    await ada.post(f"{path}/take-over")
    ticket = await company.ticket()
    assert (await ada.post(f"{path}/hand-back", json={"resolution": "Done."})).status_code == 200
    assert (await ada.get(f"/api/v1/tickets/{ticket.id}")).json()["status"] == "resolved"


async def test_a_session_without_a_ticket_is_taken_over_and_handed_back_as_well(
    company: Company, ada: httpx.AsyncClient, path: str
) -> None:
    assert (await ada.post(f"{path}/take-over")).status_code == 200
    assert (await ada.post(f"{path}/operator-messages", json={"text": "Hello."})).status_code == 201
    assert (await ada.post(f"{path}/hand-back", json={"resolution": "Done."})).status_code == 200


async def test_nobody_hands_back_what_a_colleague_has(
    company: Company, ada: httpx.AsyncClient, ben: httpx.AsyncClient, path: str
) -> None:
    await ada.post(f"{path}/take-over")
    refused = await ben.post(f"{path}/hand-back")
    assert (refused.status_code, refused.json()["code"]) == (409, "owned_by_another")
    assert (await ada.get(f"{path}/owner")).json()["user_id"] == company.ada.user_id


async def test_a_closed_session_is_not_taken_over(company: Company, ada: httpx.AsyncClient, path: str) -> None:
    await close(company)
    refused = await ada.post(f"{path}/take-over")
    assert (refused.status_code, refused.json()["code"]) == (409, "session_closed")
    assert (await ada.post(f"{path}/operator-messages", json={"text": "Hello."})).status_code == 409


@pytest.mark.parametrize("body", [{}, {"text": " "}, {"text": "a\x00"}, {"text": "x" * 8001}, {"text": 3}])
async def test_what_is_no_message_is_refused(ada: httpx.AsyncClient, path: str, body: object) -> None:
    await ada.post(f"{path}/take-over")
    assert (await ada.post(f"{path}/operator-messages", json=body)).status_code == 422


async def test_sessions_of_other_tenants_and_none_are_not_there(company: Company, rig: Desk, path: str) -> None:
    rival = await open_company(rig, "rival")
    async with rig.client(rival.ada) as stranger:
        for where in (path, "/api/v1/sessions/ses_none"):
            assert (await stranger.get(f"{where}/owner")).status_code == 404
            assert (await stranger.post(f"{where}/take-over", json={"force": True})).status_code == 404
            assert (await stranger.post(f"{where}/hand-back")).status_code == 404
            assert (await stranger.post(f"{where}/operator-messages", json={"text": "Hi."})).status_code == 404
    assert rig.told == []


async def test_customers_and_viewers_take_nothing_over(company: Company, path: str) -> None:
    async with company.rig.client(company.contact) as contact, company.rig.client(company.viewer) as viewer:
        for client, seen in ((contact, 403), (viewer, 200)):
            assert (await client.get(f"{path}/owner")).status_code == seen
            assert (await client.post(f"{path}/take-over")).status_code == 403
            assert (await client.post(f"{path}/hand-back")).status_code == 403
            assert (await client.post(f"{path}/operator-messages", json={"text": "Hi."})).status_code == 403


async def test_a_conversation_is_taken_over_in_a_persons_name(company: Company) -> None:
    nobody = TenantScope(tenant_id=company.tenant_id, role=Role.OPERATOR)
    with pytest.raises(NobodyActs):
        await company.rig.ownership.take_over(nobody, company.session_id)
