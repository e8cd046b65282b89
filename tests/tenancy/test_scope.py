"""What belongs to one tenant, or to one contact, does not exist for another: on every route there is."""

import json
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from deskhand.tenancy.roles import Role
from deskhand.wiring import House
from shops import Send, Shop, open_shop, serving
from tenancy.belongings import QUESTION, Belongings, make_belongings
from tenancy.walk import PUBLIC, Route, routes

CRM = ("/crm/contacts", "/crm/fields", "/crm/pipelines", "/crm/templates", "/crm/sequences", "/crm/enrolments")
AT_WORK = ("/crm/scheduled-messages", "/approvals", "/consensus", "/plans", "/orders", "/billing/entries", "/jobs")
RECORDS = ("/tickets", "/memories", "/audit", "/usage", *CRM, *AT_WORK)
OF_A_CONTACT = {"session_id", "thread_id", "message_id", "source_id", "attachment_id"}
"""Ids of what belongs to one contact. Bases, agents, users and keys belong to the whole tenant."""


@pytest.fixture
async def belongings(shop: Shop, session_id: str, send: Send) -> Belongings:
    """One of everything, of the first tenant."""
    return await make_belongings(shop, session_id, send)


def walked(house: House, belongings: Belongings) -> list[Route]:
    """Every route but the public ones."""
    found = [route for route in routes(house.app.openapi()) if route.name not in PUBLIC]
    for route in found:
        try:
            route.at(belongings.ids)
        except KeyError as missing:
            raise AssertionError(f"{route.name}: give the walk an id for {missing} among `belongings`") from None
    return found


async def call(client: httpx.AsyncClient, route: Route, belongings: Belongings) -> httpx.Response:
    return await client.request(route.method, route.at(belongings.ids), **route.request)


async def state(shop: Shop, belongings: Belongings) -> list[object]:
    """Everything that the first tenant's owner sees of its belongings."""
    bases = "/knowledge/bases"
    paths = ("/sessions", "/threads", bases, f"{bases}/help-centre/sources", "/users", "/api-keys", "/agents", *RECORDS)
    history = f"/chat/sessions/{belongings.ids['session_id']}/messages"
    timeline = f"/crm/contacts/{belongings.ids['contact_id']}/timeline"
    async with shop.client(shop.owner_token()) as owner:
        return [without_moment((await owner.get(f"/api/v1{path}")).json()) for path in (*paths, history, timeline)]


def without_moment(shown: Any) -> Any:
    """Leaves out when a contact was looked at."""
    if isinstance(shown, dict):
        return {name: without_moment(value) for name, value in shown.items() if name != "fetched_at"}
    return [without_moment(each) for each in shown] if isinstance(shown, list) else shown


async def test_with_every_id_of_another_tenant_every_route_answers_not_found(
    house: House, shop: Shop, belongings: Belongings
) -> None:
    before = await state(shop, belongings)
    rival = await open_shop(house, "rival", {})
    async with rival.client(rival.owner_token()) as stranger:
        await stranger.delete("/api/v1/knowledge/bases/help-centre")
        found = [route for route in walked(house, belongings) if route.ids]
        for route in found:
            response = await call(stranger, route, belongings)
            assert response.status_code == 404, f"{route.name}: {response.status_code} {response.text}"
            # The id that was asked for is quoted; nothing else of its owner is.
            told = [secret for secret in belongings.secrets - set(belongings.ids.values()) if secret in response.text]
            assert told == [], f"{route.name} tells {told}"
    assert len(found) >= 13
    assert await state(shop, belongings) == before


async def test_what_lists_and_searches_shows_nothing_of_another_tenant(
    house: House, shop: Shop, belongings: Belongings
) -> None:
    before = await state(shop, belongings)
    rival = await open_shop(house, "rival", {"own.md": "# Own\n\nThe rival sells kites."})
    async with rival.client(rival.owner_token()) as stranger:
        found = [route for route in walked(house, belongings) if not route.ids]
        # Signing out ends the walk, so it comes last.
        for route in sorted(found, key=lambda route: route.path.endswith("sign-out")):
            response = await call(stranger, route, belongings)
            assert response.status_code < 500, f"{route.name}: {response.text}"
            shown = [secret for secret in belongings.secrets if secret in response.text]
            assert shown == [], f"{route.name} shows {shown}"
            is_json = response.headers.get("content-type", "").partition(";")[0] == "application/json"
            if route.method == "GET" and is_json and "items" in response.json():
                assert response.status_code == 200
    assert len(found) >= 10
    assert await state(shop, belongings) == before


async def test_what_a_rival_sees_in_its_lists_is_its_own(house: House, shop: Shop, belongings: Belongings) -> None:
    rival = await open_shop(house, "rival", {"own.md": "# Own\n\nThe rival sells kites."})
    async with rival.client(rival.owner_token()) as stranger:
        assert (await stranger.get("/api/v1/sessions")).json()["total"] == 0
        assert (await stranger.get("/api/v1/api-keys")).json()["total"] == 0
        users = (await stranger.get("/api/v1/users")).json()
        assert [user["email"] for user in users["items"]] == ["test@example.com"]
        assert users["items"][0]["id"] == rival.owner_scope.user_id
        sources = (await stranger.get("/api/v1/knowledge/bases/help-centre/sources")).json()
        assert [source["path"] for source in sources["items"]] == ["own.md"]
        hits = (await stranger.post("/api/v1/knowledge/search", json={"query": QUESTION})).json()["passages"]
        assert {hit["source"] for hit in hits} <= {"own.md"}


async def test_another_contact_of_the_same_tenant_reaches_nothing_of_it(
    house: House, shop: Shop, belongings: Belongings
) -> None:
    token = await shop.contact_token()
    before = await state(shop, belongings)
    async with shop.client(token) as other:
        found = walked(house, belongings)
        for route in (route for route in found if route.ids & OF_A_CONTACT):
            response = await call(other, route, belongings)
            assert response.status_code in {403, 404}, f"{route.name}: {response.status_code} {response.text}"
        assert (await other.get("/api/v1/sessions")).json()["total"] == 0
    assert await state(shop, belongings) == before


async def test_a_contact_opens_its_own_conversation_and_nothing_of_the_staff(
    house: House, contact: httpx.AsyncClient, belongings: Belongings
) -> None:
    for route in walked(house, belongings):
        if route.operation.get("x-permission") not in {None, "chat", "conversations:read"}:
            response = await call(contact, route, belongings)
            assert response.status_code == 403, f"{route.name}: {response.status_code} {response.text}"
    ids = belongings.ids
    for path in (f"sessions/{ids['session_id']}", f"chat/sessions/{ids['session_id']}/messages"):
        assert (await contact.get(f"/api/v1/{path}")).status_code == 200
    assert (await contact.get(f"/api/v1/chat/sources/{ids['source_id']}")).status_code == 200


async def test_without_a_token_every_route_asks_for_one(house: House, shop: Shop, belongings: Belongings) -> None:
    async with shop.client() as nobody:
        for route in walked(house, belongings):
            response = await call(nobody, route, belongings)
            assert response.status_code == 401, f"{route.name}: {response.status_code}"
            assert response.headers["www-authenticate"] == "Bearer"


async def test_ids_that_are_not_ids_are_clear_problems_on_every_route(
    house: House, shop: Shop, belongings: Belongings
) -> None:
    async with shop.client(shop.owner_token()) as owner:
        for wrong in ("x", "%00", "..%2F..", "ses_'; DROP TABLE users; --", "💥", "x" * 300):
            for route in (route for route in walked(house, belongings) if route.ids):
                ids = dict.fromkeys(belongings.ids, wrong)
                response = await owner.request(route.method, route.at(ids), **route.request)
                assert response.status_code in {404, 405, 422}, f"{route.name} {wrong!r}: {response.status_code}"
                assert response.headers["content-type"] == "application/problem+json"


async def test_the_socket_of_another_tenant_hears_nothing(house: House, belongings: Belongings) -> None:
    rival = await open_shop(house, "rival", {})
    async with serving(house.app) as url:
        for token in (rival.owner_token(), await rival.contact_token()):
            async with connect(url.replace("http", "ws") + "/ws") as socket:
                hello = {"type": "hello", "token": token, "session_id": belongings.ids["session_id"]}
                await socket.send(json.dumps(hello))
                assert json.loads(await socket.recv())["data"]["code"] == "unknown_session"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
async def test_each_role_may_what_its_permissions_say_on_every_route(
    role: Role, house: House, shop: Shop, belongings: Belongings
) -> None:
    async with shop.client(await shop.staff_token(role)) as client:
        may = set((await client.get("/api/v1/auth/me")).json()["permissions"])
        for route in walked(house, belongings):
            permission = route.operation.get("x-permission")
            if permission is not None and permission not in may:
                assert (await call(client, route, belongings)).status_code == 403, route.name
            elif permission is not None and route.method == "GET":
                assert (await call(client, route, belongings)).status_code == 200, route.name
