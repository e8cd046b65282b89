"""Messages of the agent outside of a turn: stored with what caused them, told after, for their customer alone."""

from typing import Any

import pytest

from conversations.conftest import Visitor, visitor_of
from deskhand.conversations.model import UnknownSession, UnknownThread
from deskhand.conversations.sessions import SessionRepository
from deskhand.conversations.speaking import MAX_CHARS, AgentSpeaker, CannotBeSaid
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.turns.events import AgentSaid
from shops import Shop, open_shop

TEXT = "Your refund of 20 pounds was approved."


@pytest.fixture
def speaker(shop: Shop) -> AgentSpeaker:
    return shop.house.slices.speaker


async def say(speaker: AgentSpeaker, shop: Shop, session: dict[str, Any], text: str = TEXT, **given: Any) -> str:
    given = {"session_id": session["id"], "thread_id": session["thread_id"]} | given
    async with shop.house.store.write(shop.owner_scope) as db:
        return await speaker.say(db, shop.owner_scope, text=text, **given)


def told(shop: Shop, session_id: str) -> list[dict[str, Any]]:
    with shop.house.hub.subscribe(session_id, stream=shop.house.hub.stream) as subscription:
        return [each.event.message for each in subscription.missed if isinstance(each.event, AgentSaid)]


async def history(visitor: Visitor, session_id: str) -> list[dict[str, Any]]:
    page = await visitor.client.get(f"/api/v1/chat/sessions/{session_id}/messages")
    items: list[dict[str, Any]] = page.json()["items"]
    return items


async def test_what_is_said_stands_in_the_history_and_is_told_once(
    shop: Shop, visitor: Visitor, speaker: AgentSpeaker
) -> None:
    session = await visitor.open()
    media = [{"kind": "image", "url": "https://shop.example/label.png", "caption": "Your label"}]
    message_id = await say(speaker, shop, session, details={"approval_id": "apv_1"}, media=media)
    assert told(shop, session["id"]) == []
    speaker.announce(shop.owner_scope, message_id)
    speaker.announce(shop.owner_scope, message_id)
    (message,) = await history(visitor, session["id"])
    assert (message["id"], message["role"], message["content"]) == (message_id, "agent", TEXT)
    assert message["metadata"] == {
        "answered": True,
        "kind": "agent_message",
        "approval_id": "apv_1",
        "media": media,
    }
    assert told(shop, session["id"]) == [message]


async def test_a_transaction_that_is_rolled_back_says_nothing(
    shop: Shop, visitor: Visitor, speaker: AgentSpeaker
) -> None:
    session = await visitor.open()

    async def undone() -> None:
        async with shop.house.store.write(shop.owner_scope) as db:
            await speaker.say(db, shop.owner_scope, session_id=session["id"], thread_id=session["thread_id"], text=TEXT)
            raise RuntimeError("undone")

    with pytest.raises(RuntimeError, match="undone"):
        await undone()
    assert await history(visitor, session["id"]) == []


async def test_the_next_turn_knows_what_was_said(shop: Shop, visitor: Visitor, speaker: AgentSpeaker) -> None:
    session = await visitor.open()
    await say(speaker, shop, session)
    await visitor.say(session["id"])
    assert [each["role"] for each in await history(visitor, session["id"])] == ["agent", "customer", "agent"]


async def test_it_goes_where_the_customer_is_by_now(shop: Shop, visitor: Visitor, speaker: AgentSpeaker) -> None:
    first = await visitor.open()
    await visitor.close(first["id"])
    async with shop.house.store.write(shop.owner_scope) as db:
        now = await SessionRepository(db, shop.owner_scope, shop.house.clock).create(
            visitor.contact_id, "web", thread_id=first["thread_id"], agent_id=None
        )
    message_id = await say(speaker, shop, first)
    speaker.announce(shop.owner_scope, message_id)
    assert [each["id"] for each in told(shop, now.id)] == [message_id]
    assert told(shop, first["id"]) == []


async def test_without_a_session_it_goes_to_the_one_that_is_open_on_the_thread(
    shop: Shop, visitor: Visitor, speaker: AgentSpeaker
) -> None:
    session = await visitor.open()
    speaker.announce(shop.owner_scope, await say(speaker, shop, session, session_id=None))
    assert len(told(shop, session["id"])) == 1


async def test_where_every_session_is_closed_it_waits_in_the_history(
    shop: Shop, visitor: Visitor, speaker: AgentSpeaker
) -> None:
    session = await visitor.open()
    await visitor.close(session["id"])
    for named in (session["id"], None):
        await say(speaker, shop, session, session_id=named)
    assert [each["session_id"] for each in await history(visitor, session["id"])] == [session["id"]] * 2


async def test_what_is_not_there_or_of_another_is_refused(shop: Shop, visitor: Visitor, speaker: AgentSpeaker) -> None:
    session = await visitor.open()
    other = await visitor_of(shop)
    async with other.client:
        theirs = await other.open()
    with pytest.raises(UnknownSession, match=theirs["id"]):
        await say(speaker, shop, session, session_id=theirs["id"])
    with pytest.raises(UnknownThread, match="thr_none"):
        await say(speaker, shop, session, session_id=None, thread_id="thr_none")
    neighbour = await open_shop(shop.house, "neighbour", {})
    with pytest.raises(UnknownThread):
        await say(speaker, neighbour, session, session_id=None)
    own = TenantScope(tenant_id=shop.tenant.id, role=Role.CONTACT, contact_id=other.contact_id)
    with pytest.raises(UnknownSession):
        async with shop.house.store.write(own) as db:
            await speaker.say(db, own, session_id=session["id"], thread_id=session["thread_id"], text=TEXT)


@pytest.mark.parametrize("text", ["", "  \n", "a\x00b", "a" * (MAX_CHARS + 1)])
async def test_what_is_no_message_is_refused(shop: Shop, visitor: Visitor, speaker: AgentSpeaker, text: str) -> None:
    session = await visitor.open()
    with pytest.raises(CannotBeSaid):
        await say(speaker, shop, session, text)


async def test_a_picture_needs_no_words(shop: Shop, visitor: Visitor, speaker: AgentSpeaker) -> None:
    session = await visitor.open()
    await say(speaker, shop, session, "", media=[{"kind": "image", "attachment_id": "att_1", "caption": None}])
    (message,) = await history(visitor, session["id"])
    assert message["metadata"]["media"][0]["attachment_id"] == "att_1"
