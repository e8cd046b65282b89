"""Signing in: with the right password, without giving anything away, and not tried for long."""

import asyncio
import time

import httpx
import pytest

from deskhand.tenancy.directory import TenantStatus
from deskhand.tenancy.roles import Role
from shops import Shop
from tenancy.conftest import PASSWORD, Office

ADA = "ada@example.com"
SIGN_IN = "/api/v1/auth/sign-in"


async def hire(office: Office, email: str = ADA) -> str:
    return await office.house.directory.ensure_user(
        office.tenant.id, email=email, password=PASSWORD, role=Role.ADMIN, name="Ada"
    )


async def test_staff_sign_in_with_their_password(office: Office) -> None:
    user_id = await hire(office, " Ada@Example.COM ")
    signed_in = (await office.sign_in("  ADA@example.com ")).json()
    assert signed_in["user"] == {"id": user_id, "email": ADA, "name": "Ada", "role": "admin"}
    assert signed_in["tenant"] == {"slug": "demo", "company": "Larkspoke"}
    assert {"chat", "users:write", "api-keys"} <= set(signed_in["permissions"])
    me = (await (await office.client(signed_in["token"])).get("/api/v1/auth/me")).json()
    assert me["user"] == signed_in["user"]
    assert me["permissions"] == signed_in["permissions"]


async def test_whatever_is_wrong_is_answered_in_the_same_words(office: Office) -> None:
    user_id = await hire(office)
    closed = await office.another("closed")
    await hire(closed)
    await office.house.directory.set_tenant_status("closed", TenantStatus.SUSPENDED)
    gone = await hire(office, "gone@example.com")
    owner = await office.staff(Role.OWNER)
    assert (await owner.patch(f"/api/v1/users/{gone}", json={"status": "inactive"})).status_code == 200
    answers = [
        await office.sign_in(ADA, "wrong"),
        await office.sign_in(ADA, tenant="elsewhere"),
        await office.sign_in(ADA, tenant="closed"),
        await office.sign_in("nobody@example.com"),
        await office.sign_in("gone@example.com"),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.json()["code"] for answer in answers} == {"sign_in_refused"}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert user_id not in "".join(answer.text for answer in answers)


async def test_a_password_is_compared_also_when_there_is_no_such_user(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hire(office)
    compared = []
    passwords = office.house.directory._passwords._argon2
    verify = type(passwords).verify

    def counting(self: object, *arguments: str) -> bool:
        compared.append(arguments)
        return bool(verify(self, *arguments))  # type: ignore[arg-type]

    monkeypatch.setattr(type(passwords), "verify", counting)
    for email in (ADA, "nobody@example.com"):
        assert (await office.sign_in(email, "wrong")).status_code == 401
    assert [password for password, _ in compared] == ["wrong", "wrong"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"tenant": "demo", "email": ADA},
        {"tenant": "Not a slug", "email": ADA, "password": "x"},
        {"tenant": "demo", "email": "a\x00b@example.com", "password": "x"},
        {"tenant": "demo", "email": "x" * 300, "password": "x"},
        {"tenant": "demo", "email": ADA, "password": ""},
        {"tenant": "demo", "email": ADA, "password": "x" * 1001},
        {"tenant": "demo", "email": [ADA], "password": "x"},
    ],
)
async def test_a_body_that_is_no_sign_in_is_a_clear_problem(body: dict[str, object], office: Office) -> None:
    response = await (await office.client()).post(SIGN_IN, json=body)
    assert response.status_code == 422
    assert response.json()["errors"]


async def test_after_too_many_failures_not_even_the_right_password_is_tried(office: Office) -> None:
    await hire(office)
    for _ in range(3):
        assert (await office.sign_in(ADA, "wrong")).status_code == 401
    refused = await office.sign_in(ADA)
    assert refused.status_code == 429
    assert refused.json()["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    await hire(office, "bob@example.com")
    assert (await office.sign_in("bob@example.com")).status_code == 200, "another account is not concerned"


async def test_failures_are_forgotten_when_their_window_has_passed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hire(office)
    for _ in range(3):
        await office.sign_in(ADA, "wrong")
    later = time.time() + 61
    monkeypatch.setattr("limits.aio.storage.memory.time.time", lambda: later)
    assert (await office.sign_in(ADA)).status_code == 200


async def test_whoever_signs_in_rightly_is_never_locked_out_by_it(office: Office) -> None:
    await hire(office)
    for _ in range(5):
        assert (await office.sign_in(ADA)).status_code == 200


async def test_guesses_sent_at_once_are_no_more_than_those_sent_one_by_one(office: Office) -> None:
    await hire(office)
    answers = await asyncio.gather(*(office.sign_in(ADA, "wrong") for _ in range(9)))
    assert sorted(answer.status_code for answer in answers) == [401] * 3 + [429] * 6


async def test_one_address_cannot_try_many_accounts(office: Office) -> None:
    await hire(office)
    codes = [(await office.sign_in(f"{number}@example.com")).status_code for number in range(6)]
    assert codes == [401] * 6
    assert (await office.sign_in(ADA)).status_code == 429
    assert (await office.sign_in(ADA, tenant="elsewhere")).status_code == 429


async def test_an_address_that_a_client_names_itself_is_not_believed(office: Office) -> None:
    client = await office.client()
    for number in range(6):
        body = {"tenant": "demo", "email": f"{number}@example.com", "password": "x"}
        headers = {"X-Forwarded-For": f"198.51.100.{number}"}
        assert (await client.post(SIGN_IN, json=body, headers=headers)).status_code == 401
    body = {"tenant": "demo", "email": ADA, "password": "x"}
    assert (await client.post(SIGN_IN, json=body, headers={"X-Forwarded-For": "203.0.113.9"})).status_code == 429


async def test_new_visitors_from_one_address_are_bounded(office: Office) -> None:
    client = await office.client()
    answers = [await client.post("/api/v1/chat/tokens", json={}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [201] * 4 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_a_visitor_gets_a_token_and_what_the_page_shows(office: Office) -> None:
    client = await office.client()
    config = (await client.get("/api/v1/chat/config")).json()
    issued = await client.post("/api/v1/chat/tokens", json={})
    unknown = await client.post("/api/v1/chat/tokens", json={"tenant": "nowhere"})
    assert config["company"] == "Larkspoke"
    assert issued.status_code == 201
    assert issued.json()["tenant"] == "demo"
    assert unknown.status_code == 404
    assert unknown.json()["code"] == "unknown_tenant"


async def test_a_contact_returns_to_its_own_session(contact: httpx.AsyncClient, session_id: str, shop: Shop) -> None:
    assert (await contact.post("/api/v1/sessions", json={})).json()["id"] == session_id
    await contact.post(f"/api/v1/sessions/{session_id}/close")
    assert (await contact.post("/api/v1/sessions", json={})).json()["id"] != session_id
