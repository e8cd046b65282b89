"""Staff, tokens and keys on either database: what is kept, what is void, and the last owner under a race."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deskhand.settings import load_settings
from deskhand.tenancy.roles import Role
from deskhand.testing.hash_embedder import HashEmbedder
from deskhand.testing.memory_index import MemoryIndex
from deskhand.wiring import House, open_house

PASSWORD = "four words are better"
USERS, KEYS, ME = "/api/v1/users", "/api/v1/api-keys", "/api/v1/auth/me"


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    settings = load_settings(env_file=None, data_dir=tmp_path, database_url=database_url)
    embedder = HashEmbedder()
    async with open_house(settings, embedder=embedder, index=MemoryIndex(embedder.fingerprint)) as opened:
        yield opened


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(house.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as opened:
        yield opened


async def signed_in(client: httpx.AsyncClient, email: str) -> dict[str, str]:
    body = {"tenant": "demo", "email": email, "password": PASSWORD}
    token = (await client.post("/api/v1/auth/sign-in", json=body)).json()["token"]
    return {"Authorization": f"Bearer {token}"}


async def test_staff_and_keys_come_and_go(house: House, client: httpx.AsyncClient) -> None:
    tenant = await house.directory.ensure_tenant("demo", company="Larkspoke", agent_name="Lark")
    await house.directory.ensure_user(tenant.id, email="ada@example.com", password=PASSWORD, role=Role.OWNER)
    ada = await signed_in(client, "ada@example.com")
    bob = {"email": "bob@example.com", "name": "Bob", "role": "owner", "password": PASSWORD}
    made = (await client.post(USERS, json=bob, headers=ada)).json()
    assert (await client.post(USERS, json=bob, headers=ada)).status_code == 409
    key_in = {"name": "K", "permissions": ["users:read"], "expires_at": "2999-01-01T00:00:00Z"}
    key = (await client.post(KEYS, json=key_in, headers=ada)).json()
    program = {"Authorization": f"Bearer {key['key']}"}
    assert (await client.get(USERS, headers=program)).json()["total"] == 2
    await house.gate.close()
    assert (await client.get(KEYS, headers=ada)).json()["items"][0]["last_used_at"]
    assert (await client.delete(f"{KEYS}/{key['id']}", headers=ada)).status_code == 204
    assert (await client.get(USERS, headers=program)).status_code == 401
    theirs = await signed_in(client, "bob@example.com")
    assert (await client.post(f"{USERS}/{made['id']}/sign-out", headers=ada)).status_code == 204
    assert (await client.get(ME, headers=theirs)).status_code == 401
    assert (await client.post("/api/v1/auth/sign-out", headers=ada)).status_code == 204
    assert (await client.get(ME, headers=ada)).status_code == 401
    assert (
        await client.patch(f"{USERS}/%00", json={"name": "X"}, headers=await signed_in(client, "ada@example.com"))
    ).status_code == 404


async def test_of_owners_who_all_leave_at_once_one_stays(house: House, client: httpx.AsyncClient) -> None:
    tenant = await house.directory.ensure_tenant("demo", company="Larkspoke", agent_name="Lark")
    owners = {
        email: await house.directory.ensure_user(tenant.id, email=email, password=PASSWORD, role=Role.OWNER)
        for email in ("a@example.com", "b@example.com", "c@example.com")
    }
    tokens = {
        user_id: house.signer.for_user(tenant_id=tenant.id, user_id=user_id, role=Role.OWNER).token
        for user_id in owners.values()
    }

    async def leave(user_id: str) -> int:
        headers = {"Authorization": f"Bearer {tokens[user_id]}"}
        return (await client.patch(f"{USERS}/{user_id}", json={"role": "viewer"}, headers=headers)).status_code

    assert sorted(await asyncio.gather(*(leave(user_id) for user_id in tokens))) == [200, 200, 409]
