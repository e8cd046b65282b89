"""The routes of memory: what staff may do, what nobody else may, and what is said to bad input."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from deskhand.api import AppParts, create_app
from deskhand.conversations.tables import Thread
from deskhand.kit.background import Background
from deskhand.memory.endpoints import MemoryEndpoints
from deskhand.memory.keeper import MemoryKeeper
from deskhand.memory.library import MemoryLibrary
from deskhand.memory.recall import MemoryRecall
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.testing.hash_embedder import HashEmbedder
from deskhand.wiring import House
from shops import Shop, open_shop

MEMORIES = "/api/v1/memories"


class PlacesOfHouse:
    """What there is, asked of the house."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def has_contact(self, scope: TenantScope, contact_id: str) -> bool:
        return await self._house.directory.has_contact(scope, contact_id)

    async def has_agent(self, scope: TenantScope, agent_id: str) -> bool:
        return agent_id in {"default", "support"} and bool(scope.tenant_id)

    async def contact_of_thread(self, scope: TenantScope, thread_id: str) -> str | None:
        async with self._house.store.read(scope) as db:
            thread = await db.get(Thread, thread_id)
            return thread.contact_id if thread is not None else None


class Desk:
    """An application with the routes of memory alone, and clients of it."""

    def __init__(self, shop: Shop) -> None:
        house = shop.house
        self.shop, self.background = shop, Background()
        parts: Any = {
            "store": house.store,
            "clock": house.clock,
            "embedder": HashEmbedder(),
            "background": self.background,
        }
        library = MemoryLibrary(
            store=house.store,
            clock=house.clock,
            recall=MemoryRecall(**parts),
            keeper=MemoryKeeper(**parts, default_agent="default"),
            places=PlacesOfHouse(house),
            default_agent="default",
        )
        self.app = create_app(
            AppParts(
                gate=house.gate,
                routers=[MemoryEndpoints(library, house.clock).router],
                cors_origins=house.settings.cors_origins,
                web_dir=house.settings.data_dir / "none",
                max_request_bytes=house.settings.max_request_bytes,
                version="0",
            )
        )

    def client(self, token: str | None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://desk", headers=headers)


@pytest.fixture
async def shop(house: House) -> Shop:
    return await open_shop(house, documents={})


@pytest.fixture
async def desk(shop: Shop) -> AsyncIterator[Desk]:
    opened = Desk(shop)
    yield opened
    await opened.background.close()


@pytest.fixture
async def staff(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.client(await desk.shop.staff_token(Role.OPERATOR)) as client:
        yield client


@pytest.fixture
async def contact_id(shop: Shop) -> str:
    return (await shop.house.directory.new_contact(shop.tenant.id))[0]


async def add(staff: httpx.AsyncClient, content: str = "Prefers tea", **fields: Any) -> dict[str, Any]:
    response = await staff.post(MEMORIES, json={"type": "preference", "content": content, **fields})
    assert response.status_code == 201, response.text
    added: dict[str, Any] = response.json()
    return added


async def test_a_memory_is_added_listed_corrected_and_removed(staff: httpx.AsyncClient, contact_id: str) -> None:
    added = await add(staff, contact_id=contact_id, importance=7)
    assert (added["importance"], added["agent_id"], added["provenance"]["source"]) == (1.0, "default", "staff")

    url = f"{MEMORIES}/{added['id']}"
    assert (await staff.get(url)).json() == added
    changed = (await staff.patch(url, json={"content": "Prefers coffee", "importance": -1})).json()
    assert (changed["id"], changed["content"], changed["importance"]) == (added["id"], "Prefers coffee", 0.0)
    history = (await staff.get(f"{url}/history")).json()["items"]
    assert [version["content"] for version in history] == ["Prefers coffee", "Prefers tea"]

    assert (await staff.delete(url)).status_code == 204
    assert (await staff.get(url)).status_code == 404
    assert (await staff.get(MEMORIES, params={"include_superseded": True})).json()["total"] == 0


async def test_the_list_is_narrowed_by_each_filter(staff: httpx.AsyncClient, contact_id: str) -> None:
    general = await add(staff, "general", agent_id="support", importance=0.2)
    own = await add(staff, "own", contact_id=contact_id, type="user_info", key="user.plan")
    await add(staff, "newer", contact_id=contact_id, type="user_info", key="user.plan")

    async def ids(**params: Any) -> list[str]:
        page = (await staff.get(MEMORIES, params=params)).json()
        assert page["total"] >= len(page["items"])
        return [item["content"] for item in page["items"]]

    assert await ids() == ["newer", "general"]
    assert await ids(contact_id=contact_id) == ["newer"]
    assert await ids(contact_id=contact_id, include_superseded=True) == ["newer", own["content"]]
    assert await ids(agent_id="support") == [general["content"]]
    assert await ids(type="preference") == ["general"]
    assert await ids(min_importance=0.3) == ["newer"]
    assert await ids(window_hours=1, limit=1, offset=1) == ["general"]
    assert await ids(thread_id="thr_none") == []


async def test_recall_gives_scores_with_their_parts_and_changes_nothing(
    staff: httpx.AsyncClient, contact_id: str, desk: Desk
) -> None:
    await add(staff, "The bicycle is blue", contact_id=contact_id)
    await add(staff, "Prefers tea", contact_id=contact_id)
    await desk.background.settle()

    found = (
        await staff.post(f"{MEMORIES}/recall", json={"query": "blue bicycle", "contact_id": contact_id, "limit": 1})
    ).json()

    (item,) = found["items"]
    assert item["memory"]["content"] == "The bicycle is blue"
    assert item["memory"]["uses"] == 0
    parts = 0.35 * item["recency"] + 0.45 * item["semantic"] + 0.20 * item["reinforcement"]
    assert found["confidence"] == pytest.approx(item["score"]) == pytest.approx(parts)


async def test_the_summary_holds_three_of_a_type_that_matter(staff: httpx.AsyncClient, contact_id: str) -> None:
    for number in range(4):
        await add(staff, f"fact {number}", contact_id=contact_id, type="fact", importance=0.5 + number / 10)
    await add(staff, "small", contact_id=contact_id, importance=0.29)
    await add(staff, "Name: Ana", contact_id=contact_id, type="user_info", importance=0.9)

    summary = (await staff.post(f"{MEMORIES}/summary", json={"contact_id": contact_id})).json()

    assert [item["content"] for item in summary["items"]] == ["Name: Ana", "fact 3", "fact 2", "fact 1"]
    assert summary["text"].splitlines()[0] == "- user_info: Name: Ana"


async def test_a_contacts_memories_are_exported_and_erased(staff: httpx.AsyncClient, contact_id: str) -> None:
    for content in ("Plan: Basic", "Plan: Pro"):
        await add(staff, content, contact_id=contact_id, key="user.plan")
    url = f"/api/v1/contacts/{contact_id}/memories"

    export = (await staff.get(f"{url}/export")).json()
    assert [item["content"] for item in export["items"]] == ["Plan: Basic", "Plan: Pro"]
    assert export["contact_id"] == contact_id
    assert (await staff.delete(url)).json() == {"erased": 2}
    assert (await staff.get(f"{url}/export")).json()["items"] == []


async def test_a_threads_memory_is_its_contacts_too(staff: httpx.AsyncClient, contact_id: str, shop: Shop) -> None:
    scope = shop.owner_scope
    async with shop.house.store.write(scope) as db:
        db.add(Thread(id="thr_1", tenant_id=scope.tenant_id, contact_id=contact_id, created_at=shop.house.clock.now()))
    added = await add(staff, thread_id="thr_1")
    assert (added["thread_id"], added["contact_id"]) == ("thr_1", contact_id)
    other = (await shop.house.directory.new_contact(shop.tenant.id))[0]
    body = {"type": "fact", "content": "x", "thread_id": "thr_1", "contact_id": other}
    assert (await staff.post(MEMORIES, json=body)).status_code == 404
    assert (await staff.delete(f"/api/v1/contacts/{contact_id}/memories")).json() == {"erased": 1}


@pytest.mark.parametrize("fields", [{"contact_id": "con_x"}, {"thread_id": "thr_x"}, {"agent_id": "nobody"}])
async def test_a_place_that_is_not_there_is_not_found(staff: httpx.AsyncClient, fields: dict[str, str]) -> None:
    for path, body in (("", {"type": "fact", "content": "x"}), ("/recall", {"query": "x"}), ("/summary", {})):
        response = await staff.post(f"{MEMORIES}{path}", json={**body, **fields})
        assert (response.status_code, response.json()["code"]) == (404, "unknown_memory_place")
    assert (await staff.get("/api/v1/contacts/con_x/memories/export")).status_code == 404
    assert (await staff.delete("/api/v1/contacts/con_x/memories")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        '{"type": "fact", "content": "x", "importance": NaN}',
        '{"type": "fact", "content": "x", "importance": Infinity}',
        '{"type": "fact", "content": "x", "importance": 1e999}',
        '{"type": "fact", "content": "x", "importance": "much"}',
        '{"type": "rule", "content": "x"}',
        '{"type": "fact", "content": "   "}',
        '{"type": "fact", "content": "a\\u0000b"}',
        '{"type": "fact", "content": "\\ud800"}',
        '{"type": "fact", "content": "x", "key": "no key!"}',
        '{"type": "fact", "content": "x", "contact_id": "a/../b"}',
        '{"type": "fact", "content": "' + "x" * 1_000_000 + '"}',
        '{"type": "fact"}',
    ],
)
async def test_a_memory_that_is_none_is_refused_in_few_words(staff: httpx.AsyncClient, body: str) -> None:
    response = await staff.post(MEMORIES, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert len(response.content) < 2_000
    assert (await staff.get(MEMORIES)).json()["total"] == 0


async def test_a_correction_that_is_none_changes_nothing(staff: httpx.AsyncClient) -> None:
    added, other = await add(staff), await add(staff, "Prefers milk")
    url = f"{MEMORIES}/{added['id']}"
    headers = {"Content-Type": "application/json"}
    for body in ("{}", '{"importance": NaN}', '{"content": ""}', '{"content": "' + "x" * 4_001 + '"}'):
        assert (await staff.patch(url, content=body, headers=headers)).status_code == 422
    same = await staff.patch(url, json={"content": "prefers MILK"})
    assert (same.status_code, same.json()["code"]) == (409, "same_memory")
    assert other["id"] in same.json()["detail"]
    assert (await staff.get(url)).json() == added


@pytest.mark.parametrize(
    "query",
    ["min_importance=nan", "min_importance=2", "window_hours=0", "limit=0", "limit=101", "type=rule", "offset=-1"],
)
async def test_a_filter_that_is_none_is_refused(staff: httpx.AsyncClient, query: str) -> None:
    assert (await staff.get(f"{MEMORIES}?{query}")).status_code == 422


async def test_who_may_not_is_told_so(desk: Desk, shop: Shop, staff: httpx.AsyncClient, contact_id: str) -> None:
    added = await add(staff, contact_id=contact_id)
    url = f"{MEMORIES}/{added['id']}"
    body = {"type": "fact", "content": "x"}
    async with desk.client(await shop.contact_token()) as contact, desk.client(None) as nobody:
        for client, status in ((contact, 403), (nobody, 401)):
            assert (await client.get(url)).status_code == status
            assert (await client.post(f"{MEMORIES}/recall", json={"query": "x"})).status_code == status
            assert (await client.delete(f"/api/v1/contacts/{contact_id}/memories")).status_code == status
    async with desk.client(await shop.staff_token(Role.VIEWER)) as viewer:
        assert (await viewer.get(url)).status_code == 200
        for response in (
            await viewer.post(MEMORIES, json=body),
            await viewer.patch(url, json={"importance": 0.1}),
            await viewer.delete(url),
            await viewer.delete(f"/api/v1/contacts/{contact_id}/memories"),
        ):
            assert response.status_code == 403


async def test_another_tenant_finds_none_of_it(
    desk: Desk, shop: Shop, staff: httpx.AsyncClient, contact_id: str
) -> None:
    added = await add(staff, contact_id=contact_id)
    other = await open_shop(shop.house, "other", documents={})
    url = f"{MEMORIES}/{added['id']}"
    async with desk.client(other.owner_token()) as stranger:
        for response in (
            await stranger.get(url),
            await stranger.get(f"{url}/history"),
            await stranger.patch(url, json={"importance": 0.1}),
            await stranger.delete(url),
            await stranger.get(f"/api/v1/contacts/{contact_id}/memories/export"),
            await stranger.delete(f"/api/v1/contacts/{contact_id}/memories"),
            await stranger.post(f"{MEMORIES}/recall", json={"query": "tea", "contact_id": contact_id}),
        ):
            assert response.status_code == 404
        assert (await stranger.get(MEMORIES)).json()["total"] == 0
    assert (await staff.get(url)).json() == added
