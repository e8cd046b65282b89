"""How sessions begin and end: one at a time, closed by silence, followed in the same thread or in a new one."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from conversations.conftest import IDLE, QUESTION, MovedClock, Visitor, visitor_of
from deskhand.conversations.lifecycle import SessionWish
from deskhand.conversations.session_store import TURNS, SessionState
from deskhand.tenancy.roles import Role
from shops import Shop

MINUTE = timedelta(minutes=1)


async def test_a_contact_has_one_active_session_however_often_and_fast_it_is_asked_for(visitor: Visitor) -> None:
    opened = await asyncio.gather(*(visitor.open() for _ in range(20)))
    assert len({session["id"] for session in opened}) == 1
    assert (await visitor.client.get("/api/v1/sessions?status=active")).json()["total"] == 1


async def test_a_session_that_fell_silent_takes_no_message_and_the_next_one_goes_on_in_its_thread(
    visitor: Visitor, clock: MovedClock
) -> None:
    first = await visitor.open()
    await visitor.say(first["id"])
    clock.move(IDLE + MINUTE)

    refused = await visitor.say(first["id"], "Still there?")
    again = await visitor.open()

    assert refused.status_code == 409
    assert refused.json()["code"] == "session_closed"
    assert "POST /api/v1/sessions" in refused.json()["detail"]
    assert again["id"] != first["id"]
    assert again["thread_id"] == first["thread_id"]
    assert (await visitor.session(first["id"]))["close_reason"] == "idle"
    history = (await visitor.client.get(f"/api/v1/chat/sessions/{again['id']}/messages")).json()
    assert [message["role"] for message in history["items"]] == ["customer", "agent"]
    assert (await visitor.say(again["id"])).status_code == 200


async def test_each_message_starts_the_half_hour_anew(visitor: Visitor, clock: MovedClock) -> None:
    session = await visitor.open()
    for _ in range(3):
        clock.move(IDLE - MINUTE)
        assert (await visitor.say(session["id"])).status_code == 200
        await visitor.shop.house.sessions.sweep()
    assert (await visitor.session(session["id"]))["status"] == "active"


async def test_asking_for_a_session_after_silence_closes_the_silent_one(visitor: Visitor, clock: MovedClock) -> None:
    first = await visitor.open()
    clock.move(IDLE + MINUTE)
    second = await visitor.open()
    assert second["id"] != first["id"]
    assert second["thread_id"] == first["thread_id"]
    assert (await visitor.session(first["id"]))["status"] == "closed"


async def test_the_sweep_closes_what_fell_silent_in_every_tenant_and_nothing_else(
    visitor: Visitor, clock: MovedClock
) -> None:
    from shops import open_shop  # noqa: PLC0415

    house = visitor.shop.house
    rival = await visitor_of(await open_shop(house, "rival", {}))
    silent, theirs = await visitor.open(), await rival.open()
    clock.move(IDLE - MINUTE)
    late = await visitor_of(visitor.shop)
    lively = await late.open()
    clock.move(2 * MINUTE)

    assert await house.sessions.sweep() == 2
    assert await house.sessions.sweep() == 0

    assert (await visitor.session(silent["id"]))["close_reason"] == "idle"
    assert (await rival.session(theirs["id"]))["close_reason"] == "idle"
    assert (await late.session(lively["id"]))["status"] == "active"
    for each in (rival, late):
        await each.client.aclose()


async def test_a_session_whose_turn_is_under_way_is_not_silent(visitor: Visitor, clock: MovedClock) -> None:
    house = visitor.shop.house
    session = await visitor.open()
    live = house.sessions._live
    state = SessionState(
        session_id=session["id"],
        tenant_id=visitor.scope.tenant_id,
        thread_id=session["thread_id"],
        contact_id=visitor.contact_id,
        last_activity_at=clock.now(),
    )
    await live.set(state)
    await live.increment(session["id"], TURNS)
    clock.move(IDLE + MINUTE)

    assert await house.sessions.sweep() == 0
    await live.increment(session["id"], TURNS, -1)
    assert await house.sessions.sweep() == 1


async def test_after_an_explicit_close_a_new_thread_begins(visitor: Visitor) -> None:
    first = await visitor.open()
    closed = await visitor.close(first["id"])
    second = await visitor.open()
    assert (closed["status"], closed["close_reason"]) == ("closed", "explicit")
    assert second["thread_id"] != first["thread_id"]


async def test_closing_what_fell_silent_ends_the_conversation_too(visitor: Visitor, clock: MovedClock) -> None:
    first = await visitor.open()
    clock.move(IDLE + MINUTE)
    await visitor.shop.house.sessions.sweep()
    assert (await visitor.close(first["id"]))["close_reason"] == "explicit"
    assert (await visitor.open())["thread_id"] != first["thread_id"]


async def test_a_new_thread_can_be_asked_for(visitor: Visitor) -> None:
    first = await visitor.open()
    second = await visitor.open(new_thread=True)
    assert second["thread_id"] != first["thread_id"]
    assert (await visitor.session(first["id"]))["close_reason"] == "replaced"
    assert (await visitor.open())["id"] == second["id"]


async def test_another_agent_means_another_session_and_thread(visitor: Visitor, clock: MovedClock) -> None:
    sessions = visitor.shop.house.sessions
    first = await sessions.open(visitor.scope, visitor.contact_id, "web", SessionWish(agent_id="sales"))
    same = await sessions.open(visitor.scope, visitor.contact_id, "web", SessionWish(agent_id="sales"))
    unsaid = await sessions.open(visitor.scope, visitor.contact_id, "web")
    other = await sessions.open(visitor.scope, visitor.contact_id, "web", SessionWish(agent_id="support"))
    assert first.id == same.id == unsaid.id
    assert other.agent_id == "support"
    assert other.thread_id != first.thread_id
    assert (await visitor.session(first.id))["close_reason"] == "replaced"

    clock.move(IDLE + MINUTE)
    resumed = await sessions.open(visitor.scope, visitor.contact_id, "web")
    assert (resumed.thread_id, resumed.agent_id) == (other.thread_id, "support")


async def test_channels_stand_apart(visitor: Visitor) -> None:
    sessions = visitor.shop.house.sessions
    web = await sessions.open(visitor.scope, visitor.contact_id, "web")
    widget = await sessions.open(visitor.scope, visitor.contact_id, "widget")
    assert web.id != widget.id
    assert (await sessions.open(visitor.scope, visitor.contact_id, "web")).id == web.id


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"agent_id": "nobody"}, 404),
        ({"agent_id": "Not An Id"}, 422),
        ({"agent_id": "a" * 65}, 422),
        ({"agent_id": 5}, 422),
        ({"new_thread": "perhaps"}, 422),
        ({"channel": "phone"}, 422),
        ([], 422),
    ],
)
async def test_a_wish_that_cannot_be_met_is_refused_and_opens_nothing(
    visitor: Visitor, body: object, status: int
) -> None:
    response = await visitor.client.post("/api/v1/sessions", json=body)
    assert response.status_code == status
    assert response.json()["detail"]
    assert (await visitor.client.get("/api/v1/sessions")).json()["total"] == 0


async def test_a_session_can_be_opened_without_a_body(visitor: Visitor) -> None:
    assert (await visitor.client.post("/api/v1/sessions")).status_code == 201


@pytest.mark.parametrize("session_id", ["ses_nope", "a b", "%00", "ses_" + "x" * 100])
async def test_an_id_that_is_none_is_a_clear_problem(visitor: Visitor, session_id: str) -> None:
    for path in ("", "/close", "/executions"):
        method = "POST" if path == "/close" else "GET"
        response = await visitor.client.request(method, f"/api/v1/sessions/{session_id}{path}")
        assert response.status_code in {403, 404, 422}, response.text
        assert response.json()["detail"]


async def test_what_agents_did_is_logged_for_staff_alone(visitor: Visitor, shop: Shop) -> None:
    session = await visitor.open()
    await visitor.say(session["id"], QUESTION)
    await visitor.say(session["id"], "Thanks!")
    path = f"/api/v1/sessions/{session['id']}/executions"

    assert (await visitor.client.get(path)).status_code == 403
    async with shop.client(await shop.staff_token(Role.VIEWER)) as viewer:
        page = (await viewer.get(path)).json()
        second = (await viewer.get(f"{path}?limit=1&offset=1")).json()
    assert page["total"] == 2
    assert [run["input"] for run in page["items"]] == [QUESTION, "Thanks!"]
    assert "30 days" in page["items"][0]["output"]
    assert 0 < page["items"][0]["confidence"] <= 1
    assert page["items"][0]["seconds"] > 0
    assert second["items"] == page["items"][1:]
    assert (await visitor.session(session["id"]))["agent_count"] == 1


async def test_counts_are_those_of_the_session_not_of_its_thread(visitor: Visitor, clock: MovedClock) -> None:
    first = await visitor.open()
    await visitor.say(first["id"])
    clock.move(IDLE + MINUTE)
    second = await visitor.open()
    assert (await visitor.session(first["id"]))["message_count"] == 2
    assert second["message_count"] == 0
    sessions: httpx.Response = await visitor.client.get("/api/v1/sessions")
    assert [item["message_count"] for item in sessions.json()["items"]] == [0, 2]


async def test_a_key_that_was_answered_gives_its_answer_also_when_the_session_is_over(
    visitor: Visitor, clock: MovedClock
) -> None:
    session = await visitor.open()
    first = (await visitor.say(session["id"], QUESTION, idempotency_key="one")).json()
    clock.move(IDLE + MINUTE)
    assert (await visitor.say(session["id"], QUESTION, idempotency_key="one")).json() == first
    await visitor.close(session["id"])
    assert (await visitor.say(session["id"], QUESTION, idempotency_key="one")).json() == first
    assert (await visitor.say(session["id"], QUESTION, idempotency_key="two")).status_code == 409
