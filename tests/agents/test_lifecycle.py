"""Agents over HTTP: made, changed, compared, rolled back, archived; every change a version, none lost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from deskhand.agents.tables import AgentRow
from deskhand.tenancy.roles import Role
from shops import Shop, open_shop

AGENTS = "/api/v1/agents"
IDENTITY = {"short_description": "Answers questions about orders."}


@pytest.fixture
async def viewer(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    user_id = await shop.house.directory.ensure_user(
        shop.tenant.id, email="viewer@example.com", password="a long password", role=Role.VIEWER
    )
    token = shop.house.signer.for_user(tenant_id=shop.tenant.id, user_id=user_id, role=Role.VIEWER).token
    async with shop.client(token) as client:
        yield client


async def made(owner: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    response = await owner.post(AGENTS, json={"name": "Robin", "identity": IDENTITY, **fields})
    assert response.status_code == 201, response.text
    agent: dict[str, Any] = response.json()
    return agent


async def changed(owner: httpx.AsyncClient, agent_id: str, **patch: Any) -> dict[str, Any]:
    response = await owner.patch(f"{AGENTS}/{agent_id}", json=patch)
    assert response.status_code == 200, response.text
    agent: dict[str, Any] = response.json()
    return agent


async def test_a_new_agent_has_every_default_and_its_first_version(owner: httpx.AsyncClient) -> None:
    response = await owner.post(AGENTS, json={"name": "Robin & Co", "identity": IDENTITY})

    agent = response.json()
    assert (response.status_code, response.headers["Location"]) == (201, f"{AGENTS}/robin-co")
    assert response.headers["ETag"] == '"1.0.0"'
    assert (agent["id"], agent["version"], agent["metadata"]["status"]) == ("robin-co", "1.0.0", "active")
    assert agent["traits"]["safety"] == 80
    assert agent["configuration"]["fallbacks"] == [{"provider": "offline", "model": None}]
    assert agent["stats"] == {"interaction_count": 0, "last_used_at": None}
    assert (await owner.get(f"{AGENTS}/robin-co")).json() == agent


async def test_a_name_that_is_taken_makes_another_id_and_an_id_that_is_taken_is_refused(
    owner: httpx.AsyncClient,
) -> None:
    assert [(await made(owner))["id"], (await made(owner))["id"]] == ["robin", "robin-2"]
    refused = await owner.post(AGENTS, json={"id": "robin", "name": "Robin", "identity": IDENTITY})

    assert (refused.status_code, refused.json()["code"]) == (409, "agent_exists")


async def test_a_patch_changes_what_it_names_and_makes_a_version_that_says_who_and_why(
    owner: httpx.AsyncClient,
) -> None:
    await made(owner)
    agent = await changed(owner, "robin", traits={"humor": 80}, change_summary="Lighter")

    assert (agent["version"], agent["traits"]["humor"], agent["traits"]["empathy"]) == ("1.0.1", 80, 50)
    versions = (await owner.get(f"{AGENTS}/robin/versions")).json()
    assert [(each["version"], each["summary"], each["author"]) for each in versions["items"]] == [
        ("1.0.1", "Lighter", "test@example.com"),
        ("1.0.0", "Created", "test@example.com"),
    ]
    first = (await owner.get(f"{AGENTS}/robin/versions/1.0.0")).json()
    assert first["contract"]["traits"]["humor"] == 30


async def test_null_gives_a_field_its_default_again(owner: httpx.AsyncClient) -> None:
    await made(owner, traits={"humor": 90})
    assert (await changed(owner, "robin", traits={"humor": None}))["traits"]["humor"] == 30


async def test_a_patch_that_changes_nothing_makes_no_version(owner: httpx.AsyncClient) -> None:
    agent = await made(owner)
    assert (await changed(owner, "robin", traits={"humor": 30}))["version"] == agent["version"]


async def test_a_version_may_jump_forward_and_never_back(owner: httpx.AsyncClient) -> None:
    await made(owner)
    assert (await changed(owner, "robin", version="2.0.0"))["version"] == "2.0.0"
    back = await owner.patch(f"{AGENTS}/robin", json={"version": "1.9.9", "traits": {"humor": 1}})

    assert back.status_code == 422
    assert "'1.9.9' does not go up from '2.0.0'" in back.json()["detail"]


async def test_a_change_based_on_an_old_reading_is_refused(owner: httpx.AsyncClient) -> None:
    await made(owner)
    read = (await owner.get(f"{AGENTS}/robin")).headers["ETag"]
    await changed(owner, "robin", traits={"humor": 1})
    late = await owner.patch(f"{AGENTS}/robin", json={"traits": {"humor": 2}}, headers={"If-Match": read})

    assert (late.status_code, late.json()["code"]) == (412, "contract_changed")
    assert (await owner.get(f"{AGENTS}/robin")).json()["traits"]["humor"] == 1


async def test_changes_at_once_are_all_kept_one_after_the_other(owner: httpx.AsyncClient) -> None:
    await made(owner)
    tags = [f"tag-{number}" for number in range(8)]
    await asyncio.gather(
        *(changed(owner, "robin", change_summary=tag, traits={"humor": 40 + n}) for n, tag in enumerate(tags))
    )

    versions = (await owner.get(f"{AGENTS}/robin/versions")).json()
    assert versions["total"] == 9
    assert {each["summary"] for each in versions["items"]} == {"Created", *tags}
    assert len({each["version"] for each in versions["items"]}) == 9


async def test_two_versions_are_compared_field_by_field(owner: httpx.AsyncClient) -> None:
    await made(owner)
    await changed(owner, "robin", traits={"humor": 80}, metadata={"tags": ["new"]})
    diff = (await owner.get(f"{AGENTS}/robin/diff", params={"from": "1.0.0", "to": "1.0.1"})).json()

    assert (diff["from"], diff["to"]) == ("1.0.0", "1.0.1")
    assert diff["changes"] == [
        {"path": "traits.humor", "kind": "changed", "before": 30, "after": 80},
        {"path": "metadata.tags", "kind": "changed", "before": [], "after": ["new"]},
    ]


async def test_a_rollback_is_a_new_version_with_the_old_content(owner: httpx.AsyncClient) -> None:
    await made(owner)
    await changed(owner, "robin", traits={"humor": 80})
    back = (await owner.post(f"{AGENTS}/robin/rollback", json={"version": "1.0.0"})).json()

    assert (back["version"], back["traits"]["humor"]) == ("1.0.2", 30)
    newest = (await owner.get(f"{AGENTS}/robin/versions")).json()["items"][0]
    assert newest["summary"] == "Rolled back to 1.0.0"
    unknown = await owner.post(f"{AGENTS}/robin/rollback", json={"version": "7.0.0"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_version")


async def test_an_archived_agent_is_kept_answers_no_more_and_can_be_restored(owner: httpx.AsyncClient) -> None:
    await made(owner)
    assert (await owner.delete(f"{AGENTS}/robin")).status_code == 204
    assert (await owner.delete(f"{AGENTS}/robin")).status_code == 204
    silent = await owner.post(f"{AGENTS}/robin/chat", json={"message": "Hello"})
    assert (silent.status_code, silent.json()["code"]) == (409, "agent_not_active")
    assert (await owner.get(f"{AGENTS}/robin")).json()["metadata"]["status"] == "archived"

    restored = await owner.post(f"{AGENTS}/robin/restore")
    assert restored.json()["metadata"]["status"] == "active"
    assert (await owner.post(f"{AGENTS}/robin/chat", json={"message": "Hello"})).status_code == 200
    assert (await owner.get(f"{AGENTS}/robin/versions")).json()["total"] == 3


async def test_the_list_is_narrowed_by_status_type_and_tag_and_says_how_long_it_is(owner: httpx.AsyncClient) -> None:
    await made(owner, name="Anna", metadata={"tags": ["50%", "shop floor"]})
    await made(owner, name="berta", type="workflow")
    await made(owner, name="Carl", metadata={"status": "inactive"})

    async def listed(**query: Any) -> tuple[list[str], int]:
        page = (await owner.get(AGENTS, params=query)).json()
        return [agent["name"] for agent in page["items"]], page["total"]

    assert await listed() == (["Anna", "berta", "Carl"], 3)
    assert await listed(limit=1, offset=1) == (["berta"], 3)
    assert await listed(status="inactive") == (["Carl"], 1)
    assert await listed(type="workflow") == (["berta"], 1)
    assert await listed(tag="shop floor") == (["Anna"], 1)
    assert await listed(tag="50%") == (["Anna"], 1)
    assert await listed(tag="shop") == ([], 0)
    assert await listed(tag="%") == ([], 0)


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"offset": -1}, {"status": "asleep"}, {"limit": "x"}])
async def test_a_list_out_of_range_is_refused(owner: httpx.AsyncClient, query: dict[str, Any]) -> None:
    response = await owner.get(AGENTS, params=query)
    assert response.status_code == 422
    assert next(iter(query)) in response.json()["detail"]


async def test_applying_a_contract_makes_it_changes_it_or_leaves_it_alone(owner: httpx.AsyncClient) -> None:
    contract = {"id": "night", "name": "Night shift", "identity": IDENTITY}

    async def applied(**fields: Any) -> tuple[str, str]:
        outcome = (await owner.post(f"{AGENTS}/apply", json=contract | fields)).json()
        return outcome["outcome"], outcome["agent"]["version"]

    assert await applied() == ("created", "1.0.0")
    assert await applied() == ("unchanged", "1.0.0")
    assert await applied(traits={"humor": 5}) == ("updated", "1.0.1")
    assert await applied(traits={"humor": 5}) == ("unchanged", "1.0.1")
    assert await applied(version="1.2.0", traits={"humor": 6}) == ("updated", "1.2.0")
    assert await applied(version="1.2.0", traits={"humor": 6}) == ("unchanged", "1.2.0")
    stale = await owner.post(f"{AGENTS}/apply", json=contract | {"version": "1.2.0", "traits": {"humor": 7}})
    assert (stale.status_code, stale.json()["code"]) == (422, "invalid_version")
    exported = (await owner.get(f"{AGENTS}/night")).json()
    del exported["stats"]
    again = await owner.post(f"{AGENTS}/apply", json=exported)
    assert again.json()["outcome"] == "unchanged"


async def test_what_a_contract_names_must_be_there(owner: httpx.AsyncClient) -> None:
    refused = await owner.post(
        AGENTS,
        json={
            "name": "Robin",
            "identity": IDENTITY,
            "configuration": {"llm_provider": "clippy"},
            "knowledge": {"bases": ["help-centre", "attic"]},
            "tools": ["teleport"],
            "routing": {"handoff_targets": ["nobody"]},
        },
    )
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "invalid_contract")
    assert [each["field"] for each in problem["errors"]] == [
        "configuration.llm_provider",
        "knowledge.bases.1",
        "tools.0",
        "routing.handoff_targets.0",
    ]


async def test_a_circle_of_handoffs_is_refused_when_it_is_closed(owner: httpx.AsyncClient) -> None:
    await made(owner, id="a", name="A")
    await made(owner, id="b", name="B", routing={"handoff_targets": ["a"]})
    closed = await owner.patch(f"{AGENTS}/a", json={"routing": {"handoff_targets": ["b"]}})

    assert closed.status_code == 422
    assert "a → b → a" in closed.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"", 400, "no JSON"),
        (b"[]", 400, "JSON object"),
        (b'{"traits": {"humor": 101}}', 422, "traits.humor: 101 is above the most allowed, 100"),
        (b'{"traits": {"humor": NaN}}', 422, "NaN"),
        (b'{"id": "other"}', 422, "keeps its own"),
        (b'{"change_summary": 5}', 422, "change_summary"),
        (b'{"colour": "red"}', 422, "colour"),
        (b'{"name": "' + b"x" * 300_000 + b'"}', 413, "most is"),
    ],
)
async def test_a_wrong_patch_is_told_and_changes_nothing(
    owner: httpx.AsyncClient, body: bytes, status: int, says: str
) -> None:
    agent = await made(owner)
    response = await owner.patch(f"{AGENTS}/robin", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == status
    assert says in response.json()["detail"]
    assert (await owner.get(f"{AGENTS}/robin")).json() == agent


async def test_who_may_only_look_cannot_change(owner: httpx.AsyncClient, viewer: httpx.AsyncClient) -> None:
    await made(owner)
    assert (await viewer.get(f"{AGENTS}/robin")).status_code == 200
    assert (await viewer.get(f"{AGENTS}/schema")).json()["title"] == "Contract of an agent"
    for method, path in (("PATCH", "/robin"), ("DELETE", "/robin"), ("POST", "/robin/restore"), ("POST", "/apply")):
        response = await viewer.request(method, AGENTS + path, json={})
        assert response.status_code == 403, path


async def test_the_same_id_in_another_tenant_is_another_agent(owner: httpx.AsyncClient, shop: Shop) -> None:
    await made(owner, traits={"humor": 7})
    rival = await open_shop(shop.house, "rival", {})
    async with rival.client(rival.owner_token()) as theirs:
        assert (await theirs.get(f"{AGENTS}/robin")).status_code == 404
        await made(theirs, traits={"humor": 77})
        assert (await theirs.get(AGENTS)).json()["total"] == 1
    assert (await owner.get(f"{AGENTS}/robin")).json()["traits"]["humor"] == 7


async def test_a_field_that_an_upgrade_has_added_makes_no_version_by_itself(
    owner: httpx.AsyncClient, shop: Shop
) -> None:
    contract = {"id": "robin", "name": "Robin", "identity": IDENTITY}
    assert (await owner.post(f"{AGENTS}/apply", json=contract)).json()["outcome"] == "created"
    async with shop.house.store.write(shop.owner_scope) as db:
        row = (await db.scalars(select(AgentRow).where(AgentRow.id == "robin"))).one()
        before = {part: dict(fields) if isinstance(fields, dict) else fields for part, fields in row.contract.items()}
        del before["configuration"]["reflection"]
        row.contract, row.content_hash = before, "0" * 64
    again = (await owner.post(f"{AGENTS}/apply", json=contract)).json()
    assert (again["outcome"], again["agent"]["version"]) == ("unchanged", "1.0.0")
    assert (await owner.get(f"{AGENTS}/robin/versions")).json()["total"] == 1
    changed = (await owner.post(f"{AGENTS}/apply", json=contract | {"traits": {"humor": 7}})).json()
    assert changed["outcome"] == "updated"
