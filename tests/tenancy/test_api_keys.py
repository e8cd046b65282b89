"""API keys: shown once, with part of their maker's permissions, void when anything about them is."""

import hashlib
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from deskhand.tenancy.directory import TenantStatus
from deskhand.tenancy.roles import Role
from deskhand.tenancy.tables import ApiKeyRow
from deskhand.tenancy.tokens import TokenRefused
from tenancy.conftest import Office

KEYS = "/api/v1/api-keys"
ME = "/api/v1/auth/me"
USERS = "/api/v1/users"


async def make(client: httpx.AsyncClient, *permissions: str, **fields: Any) -> dict[str, Any]:
    body = {"name": "Import", "permissions": list(permissions) or ["users:read"], **fields}
    response = await client.post(KEYS, json=body)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def rows(office: Office) -> list[ApiKeyRow]:
    async with office.house.store.read(office.scope) as db:
        return list(await db.scalars(select(ApiKeyRow)))


async def test_a_key_opens_what_it_was_given_and_nothing_else(office: Office) -> None:
    made = await make(await office.staff(Role.ADMIN), "users:read", "knowledge:read")
    program = await office.client(made["key"])
    assert (await program.get(USERS)).status_code == 200
    refused = await program.post(USERS, json={"email": "a@example.com", "name": "A", "role": "viewer"})
    assert refused.status_code == 403
    assert "'users:write'" in refused.json()["detail"]
    assert "API key" in refused.json()["detail"]
    me = (await program.get(ME)).json()
    assert me["permissions"] == ["knowledge:read", "users:read"]
    assert (me["user"], me["api_key_id"], me["tenant"]["slug"]) == (None, made["id"], "demo")


async def test_the_secret_is_shown_once_and_kept_as_a_hash_alone(office: Office) -> None:
    owner = await office.staff(Role.OWNER)
    made = await make(owner)
    secret = made["key"].removeprefix(made["begins"] + "_")
    listing = await owner.get(KEYS)
    assert secret not in listing.text
    assert listing.json()["items"][0] == {name: value for name, value in made.items() if name != "key"}
    (row,) = await rows(office)
    assert row.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
    assert len(secret) == 43
    assert made["key"].startswith("dk_")


async def test_a_key_cannot_have_more_than_its_maker(office: Office) -> None:
    owner = await office.staff(Role.OWNER)
    narrow = await office.client((await make(owner, "api-keys", "users:read"))["key"])
    assert (await narrow.post(KEYS, json={"name": "X", "permissions": ["users:write"]})).status_code == 403
    assert (await make(narrow, "users:read"))["permissions"] == ["users:read"]
    for role in (Role.OPERATOR, Role.VIEWER):
        assert (
            await (await office.staff(role)).post(KEYS, json={"name": "X", "permissions": ["chat"]})
        ).status_code == 403
        assert (await (await office.staff(role)).get(KEYS)).status_code == 403


async def test_a_key_loses_what_its_maker_loses(office: Office) -> None:
    owner, admin = await office.staff(Role.OWNER), await office.staff(Role.ADMIN)
    program = await office.client((await make(admin, "users:read", "users:write"))["key"])
    admin_id = await office.add(Role.ADMIN)
    await owner.patch(f"{USERS}/{admin_id}", json={"role": "viewer"})
    assert (await program.get(ME)).json()["permissions"] == ["users:read"]
    await owner.patch(f"{USERS}/{admin_id}", json={"status": "inactive"})
    assert (await program.get(ME)).status_code == 401


async def test_a_revoked_key_is_void_at_once(office: Office) -> None:
    owner = await office.staff(Role.OWNER)
    made = await make(owner)
    program = await office.client(made["key"])
    assert (await program.get(ME)).status_code == 200
    for _ in range(2):
        assert (await owner.delete(f"{KEYS}/{made['id']}")).status_code == 204
    assert (await program.get(ME)).json()["code"] == "token_refused"
    assert (await owner.get(KEYS)).json()["items"][0]["status"] == "revoked"


async def test_a_key_ends_when_it_was_to_end(office: Office) -> None:
    owner = await office.staff(Role.OWNER)
    ends = (office.clock.now() + timedelta(hours=1)).isoformat()
    program = await office.client((await make(owner, expires_at=ends))["key"])
    assert (await program.get(ME)).status_code == 200
    office.clock.pass_by(hours=1)
    assert (await program.get(ME)).json()["detail"] == TokenRefused().detail
    assert (await owner.get(KEYS)).json()["items"][0]["status"] == "expired"


async def test_a_key_that_is_not_quite_one_is_refused_in_the_same_words(office: Office) -> None:
    key = (await make(await office.staff(Role.OWNER)))["key"]
    lookup, secret = key.split("_", 2)[1:]
    for wrong in (
        key[:-1],
        key[:-1] + ("A" if key[-1] != "A" else "B"),
        f"dk_{'0' * 16}_{secret}",
        f"dk_{lookup}",
        f"dk_{lookup}_",
        f"dk_{lookup.upper()}x_{secret}",
        f"dk_{lookup}_{'é' * 43}".encode().decode("latin-1"),
    ):
        response = await (await office.client()).get(
            ME, headers={b"Authorization": f"Bearer {wrong}".encode("latin-1")}
        )
        assert (response.status_code, response.json()["detail"]) == (401, TokenRefused().detail), wrong


async def test_a_key_works_for_its_own_tenant_alone(office: Office) -> None:
    owner = await office.staff(Role.OWNER)
    rival = await office.another("rival")
    made = await make(await rival.staff(Role.OWNER), "users:read", "api-keys")
    program = await office.client(made["key"])
    assert (await program.get(ME)).json()["tenant"]["slug"] == "rival"
    mine = await make(owner)
    assert (await program.delete(f"{KEYS}/{mine['id']}")).status_code == 404
    assert (await owner.delete(f"{KEYS}/{made['id']}")).status_code == 404
    assert [key["id"] for key in (await owner.get(KEYS)).json()["items"]] == [mine["id"]]
    await office.house.directory.set_tenant_status("rival", TenantStatus.SUSPENDED)
    assert (await program.get(ME)).status_code == 401


async def test_its_last_use_is_noted_once_a_minute_and_not_on_the_way(office: Office) -> None:
    program = await office.client((await make(await office.staff(Role.OWNER)))["key"])
    await program.get(ME)
    await office.house.gate.close()
    first = (await rows(office))[0].last_used_at
    assert first is not None
    office.clock.pass_by(seconds=30)
    await program.get(ME)
    await office.house.gate.close()
    assert (await rows(office))[0].last_used_at == first
    office.clock.pass_by(seconds=31)
    await program.get(ME)
    await office.house.gate.close()
    again = (await rows(office))[0].last_used_at
    assert again is not None
    assert again > first + timedelta(seconds=60)


@pytest.mark.parametrize(
    "change",
    [
        {"permissions": []},
        {"permissions": ["everything"]},
        {"permissions": "users:read"},
        {"name": ""},
        {"name": "a\x00b"},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2030-01-01T00:00:00"},
        {"expires_at": "soon"},
        {"tenant_id": "ten_other"},
    ],
)
async def test_what_makes_no_key_is_a_clear_problem(change: dict[str, Any], office: Office) -> None:
    body = {"name": "Import", "permissions": ["users:read"]} | change
    response = await (await office.staff(Role.OWNER)).post(KEYS, json=body)
    assert response.status_code == 422
    assert response.json()["detail"]
    assert await rows(office) == []


async def test_a_key_neither_signs_out_nor_changes_a_password(office: Office) -> None:
    program = await office.client((await make(await office.staff(Role.OWNER)))["key"])
    assert (await program.post("/api/v1/auth/sign-out")).status_code == 403
    body = {"current_password": "x", "new_password": "another four words"}
    assert (await program.post("/api/v1/auth/password", json=body)).status_code == 403
    assert (await program.get(ME)).status_code == 200
