"""Threads: who sees which, names and states, and pages of messages that stay right while messages arrive."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import insert

from conversations.conftest import Visitor, visitor_of
from deskhand.conversations.tables import MessageRow, Thread
from deskhand.kit.ids import new_id
from deskhand.tenancy.roles import Role
from shops import Shop, open_shop


async def write(visitor: Visitor, session: dict[str, Any], *texts: str) -> list[str]:
    """Messages as a turn stores them; their ids."""
    clock, scope = visitor.shop.house.clock, visitor.scope
    ids = []
    async with visitor.shop.house.store.write(scope) as db:
        for text in texts:
            ids.append(new_id("msg"))
            values = {
                "id": ids[-1],
                "tenant_id": scope.tenant_id,
                "thread_id": session["thread_id"],
                "session_id": session["id"],
                "role": "customer",
                "content": text,
                "details": {},
                "created_at": clock.now(),
            }
            await db.execute(insert(MessageRow), [values])
        thread = await db.get(Thread, session["thread_id"])
        assert thread is not None
        thread.message_count += len(texts)
    return ids


@pytest.fixture
async def staff(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    async with shop.client(await shop.staff_token(Role.OPERATOR)) as client:
        yield client


async def test_a_thread_is_named_after_its_first_message_and_counts_them(visitor: Visitor) -> None:
    session = await visitor.open()
    await visitor.say(session["id"], "How long can I\n return a helmet?")
    thread = (await visitor.client.get(f"/api/v1/threads/{session['thread_id']}")).json()
    assert thread["title"] == "How long can I return a helmet?"
    assert thread["status"] == "open"
    assert thread["message_count"] == 2
    assert thread["last_message_at"]


async def test_contacts_see_their_own_threads_and_staff_all_of_their_tenant(
    visitor: Visitor, staff: httpx.AsyncClient, shop: Shop
) -> None:
    mine = (await visitor.open())["thread_id"]
    other = await visitor_of(shop)
    theirs = (await other.open())["thread_id"]
    rival = await open_shop(shop.house, "rival", {})

    assert [item["id"] for item in (await visitor.client.get("/api/v1/threads")).json()["items"]] == [mine]
    assert [item["id"] for item in (await staff.get("/api/v1/threads")).json()["items"]] == [theirs, mine]
    only = (await staff.get("/api/v1/threads", params={"contact_id": visitor.contact_id})).json()
    assert [item["id"] for item in only["items"]] == [mine]
    assert (await visitor.client.get(f"/api/v1/threads?contact_id={other.contact_id}")).json()["total"] == 0
    async with rival.client(rival.owner_token()) as foreign:
        assert (await foreign.get("/api/v1/threads")).json()["total"] == 0
        for client in (foreign, other.client):
            assert (await client.get(f"/api/v1/threads/{mine}")).status_code == 404
            assert (await client.get(f"/api/v1/threads/{mine}/messages")).status_code == 404
            renamed = await client.patch(f"/api/v1/threads/{mine}", json={"title": "Mine now"})
            assert renamed.status_code == 404
    await other.client.aclose()


async def test_threads_are_filtered_by_status_and_paged(visitor: Visitor, staff: httpx.AsyncClient) -> None:
    threads = [(await visitor.open(new_thread=True))["thread_id"] for _ in range(3)]
    await staff.patch(f"/api/v1/threads/{threads[0]}", json={"status": "closed"})
    closed = (await staff.get("/api/v1/threads?status=closed")).json()
    assert [item["id"] for item in closed["items"]] == threads[:1]
    page = (await staff.get("/api/v1/threads?limit=2&offset=1")).json()
    assert [item["id"] for item in page["items"]] == [threads[1], threads[0]]
    assert (page["total"], page["limit"], page["offset"]) == (3, 2, 1)


async def test_asking_for_a_person_shows_in_the_thread(visitor: Visitor, staff: httpx.AsyncClient) -> None:
    session = await visitor.open()
    await visitor.say(session["id"], "I would like to talk to a person.")
    waiting = (await staff.get("/api/v1/threads?status=human_requested")).json()
    assert [item["id"] for item in waiting["items"]] == [session["thread_id"]]


async def test_a_title_is_changed_by_the_contact_a_status_by_staff(
    visitor: Visitor, staff: httpx.AsyncClient, shop: Shop
) -> None:
    path = f"/api/v1/threads/{(await visitor.open())['thread_id']}"
    assert (await visitor.client.patch(path, json={"title": "  My  helmet "})).json()["title"] == "My helmet"
    refused = await visitor.client.patch(path, json={"status": "closed"})
    assert refused.status_code == 403
    changed = (await staff.patch(path, json={"status": "closed", "title": "Helmet"})).json()
    assert (changed["status"], changed["title"]) == ("closed", "Helmet")
    assert (await staff.patch(path, json={})).json() == changed
    async with shop.client(await shop.staff_token(Role.VIEWER)) as viewer:
        assert (await viewer.patch(path, json={"title": "No"})).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"title": ""},
        {"title": " \n "},
        {"title": "x" * 201},
        {"title": "a\x00b"},
        {"title": 5},
        {"status": "gone"},
        {"owner": "me"},
        [],
    ],
)
async def test_a_change_that_makes_no_sense_is_refused(
    visitor: Visitor, staff: httpx.AsyncClient, body: object
) -> None:
    path = f"/api/v1/threads/{(await visitor.open())['thread_id']}"
    before = (await staff.get(path)).json()
    assert (await staff.patch(path, json=body)).status_code == 422
    assert (await staff.get(path)).json() == before


async def test_pages_stay_right_while_messages_arrive(visitor: Visitor) -> None:
    session = await visitor.open()
    path = f"/api/v1/threads/{session['thread_id']}/messages"
    ids = await write(visitor, session, *(f"message {number}" for number in range(25)))

    newest = (await visitor.client.get(path, params={"limit": 10})).json()
    ids += await write(visitor, session, "while", "you", "read")
    older = (await visitor.client.get(path, params={"limit": 10, "before": newest["before"]})).json()
    ids += await write(visitor, session, "on")
    oldest = (await visitor.client.get(path, params={"limit": 10, "before": older["before"]})).json()
    newer = (await visitor.client.get(path, params={"limit": 3, "after": newest["after"]})).json()
    last = (await visitor.client.get(path, params={"limit": 3, "after": newer["after"]})).json()

    read = [oldest, older, newest, newer, last]
    assert [message["id"] for page in read for message in page["items"]] == ids
    assert [page["has_more"] for page in read] == [False, True, True, True, False]
    assert (newest["total"], last["total"]) == (25, 29)


async def test_a_reader_at_the_end_waits_there_for_what_comes(visitor: Visitor) -> None:
    session = await visitor.open()
    path = f"/api/v1/threads/{session['thread_id']}/messages"
    empty = (await visitor.client.get(path)).json()
    assert empty == {"items": [], "has_more": False, "before": None, "after": None, "total": 0}
    (first,) = await write(visitor, session, "Hello")
    nothing = (await visitor.client.get(path, params={"after": first})).json()
    assert (nothing["items"], nothing["after"]) == ([], first)
    (second,) = await write(visitor, session, "Anybody?")
    found = (await visitor.client.get(path, params={"after": nothing["after"]})).json()
    assert [message["id"] for message in found["items"]] == [second]


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 101},
        {"limit": "many"},
        {"before": "msg_nope"},
        {"after": "msg_nope"},
        {"before": "a b"},
        {"before": "x" * 61},
        {"after": ""},
    ],
)
async def test_a_page_that_cannot_be_is_a_clear_problem(visitor: Visitor, params: dict[str, Any]) -> None:
    session = await visitor.open()
    response = await visitor.client.get(f"/api/v1/threads/{session['thread_id']}/messages", params=params)
    assert response.status_code == 422
    assert response.json()["detail"]


async def test_a_cursor_of_another_thread_or_in_two_directions_is_refused(visitor: Visitor) -> None:
    first = await visitor.open()
    (foreign,) = await write(visitor, first, "Hello")
    second = await visitor.open(new_thread=True)
    (own,) = await write(visitor, second, "Hello")
    path = f"/api/v1/threads/{second['thread_id']}/messages"
    refused = await visitor.client.get(path, params={"before": foreign})
    assert refused.status_code == 422
    assert refused.json()["code"] == "bad_cursor"
    assert foreign in refused.json()["detail"]
    both = await visitor.client.get(path, params={"before": own, "after": own})
    assert both.json()["code"] == "bad_cursor"


@pytest.mark.parametrize("thread_id", ["thr_nope", "%00", "a b", "x" * 100])
async def test_a_thread_that_is_none_is_a_clear_problem(staff: httpx.AsyncClient, thread_id: str) -> None:
    for method, path in (("GET", ""), ("PATCH", ""), ("GET", "/messages")):
        body = {"title": "x"} if method == "PATCH" else None
        response = await staff.request(method, f"/api/v1/threads/{thread_id}{path}", json=body)
        assert response.status_code in {404, 422}
        assert response.json()["detail"]
    assert (await staff.get("/api/v1/threads?status=nope")).status_code == 422
    assert (await staff.get("/api/v1/threads?contact_id=%00")).status_code == 422
    assert (await staff.get("/api/v1/threads?offset=-1")).status_code == 422
