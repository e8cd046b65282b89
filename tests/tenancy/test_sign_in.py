"""Tokens and sign-in: only what we signed, for as long as we said, and without giving anything away."""

from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest

from deskhand.kit.clock import SystemClock
from deskhand.tenancy.roles import Role
from deskhand.tenancy.tokens import TokenRefused, TokenSigner
from shops import Shop

KEY = "a-key-of-thirty-two-characters-or-more"


class StoppedClock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


def claims(**changed: object) -> dict[str, object]:
    good = {"sub": "con_1", "tenant": "ten_1", "role": "contact", "exp": 4_000_000_000}
    return {name: value for name, value in (good | changed).items() if value is not None}


def test_a_token_opens_the_scope_it_was_made_for() -> None:
    signer = TokenSigner(KEY, SystemClock(), staff_hours=1)
    staff = signer.verify(signer.for_user(tenant_id="ten_1", user_id="usr_1", role=Role.ADMIN).token)
    assert (staff.tenant_id, staff.role, staff.user_id, staff.contact_id) == ("ten_1", Role.ADMIN, "usr_1", None)
    contact = signer.verify(signer.for_contact(tenant_id="ten_1", contact_id="con_1").token)
    assert (contact.role, contact.user_id, contact.own_contact_id) == (Role.CONTACT, None, "con_1")


def test_a_token_ends_when_it_said_it_would() -> None:
    clock = StoppedClock()
    signer = TokenSigner(KEY, clock, staff_hours=1)
    token = signer.for_user(tenant_id="ten_1", user_id="usr_1", role=Role.OWNER).token
    clock.moment += timedelta(minutes=59)
    assert signer.verify(token).role is Role.OWNER
    clock.moment += timedelta(minutes=2)
    with pytest.raises(TokenRefused, match="expired"):
        signer.verify(token)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        "a.b.c",
        jwt.encode(claims(), "another-key-of-thirty-two-characters!", algorithm="HS256"),
        jwt.encode(claims(), "", algorithm="none"),
        jwt.encode(claims(), KEY + KEY, algorithm="HS512"),
        jwt.encode(claims(role="emperor"), KEY, algorithm="HS256"),
        jwt.encode(claims(tenant=None), KEY, algorithm="HS256"),
        jwt.encode(claims(exp=None), KEY, algorithm="HS256"),
        jwt.encode(claims(exp="soon"), KEY, algorithm="HS256"),
        jwt.encode(claims(exp=1), KEY, algorithm="HS256"),
    ],
)
def test_a_token_that_is_not_ours_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        TokenSigner(KEY, SystemClock(), staff_hours=1).verify(token)


@pytest.mark.parametrize("header", [None, "Bearer forged", "Basic abc", "Bearer"])
async def test_a_request_without_a_good_token_is_asked_to_sign_in(header: str | None, shop: Shop) -> None:
    async with shop.client() as client:
        headers = {"Authorization": header} if header else {}
        response = await client.get("/api/v1/sessions", headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["code"] in {"not_signed_in", "token_refused"}


async def test_staff_sign_in_with_their_password(shop: Shop) -> None:
    await shop.house.directory.ensure_user(
        shop.tenant.id, email="ada@example.com", password="correct horse", role=Role.OWNER
    )
    body = {"tenant": "demo", "email": " Ada@example.com", "password": "correct horse"}
    async with shop.client() as client:
        token = (await client.post("/api/v1/auth/sign-in", json=body)).json()["token"]
    async with shop.client(token) as client:
        assert (await client.get("/api/v1/knowledge/bases")).status_code == 200


async def test_a_failed_sign_in_gives_nothing_away(shop: Shop) -> None:
    await shop.house.directory.ensure_user(shop.tenant.id, email="ada@example.com", password="right", role=Role.OWNER)
    wrong = [
        {"tenant": "demo", "email": "ada@example.com", "password": "wrong"},
        {"tenant": "demo", "email": "nobody@example.com", "password": "right"},
        {"tenant": "elsewhere", "email": "ada@example.com", "password": "right"},
        {"tenant": "demo", "email": "nobody@example.com", "password": "nobody"},
    ]
    async with shop.client() as client:
        answers = [await client.post("/api/v1/auth/sign-in", json=body) for body in wrong]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.json()["detail"] for answer in answers}) == 1


async def test_a_visitor_gets_a_token_and_what_the_page_shows(shop: Shop) -> None:
    async with shop.client() as client:
        config = (await client.get("/api/v1/chat/config")).json()
        issued = await client.post("/api/v1/chat/tokens", json={})
        unknown = await client.post("/api/v1/chat/tokens", json={"tenant": "nowhere"})
    assert config["company"] == "Larkspoke"
    assert issued.status_code == 201
    assert issued.json()["tenant"] == "demo"
    assert unknown.status_code == 404
    assert unknown.json()["code"] == "unknown_tenant"


async def test_a_contact_returns_to_its_own_session(contact: httpx.AsyncClient, session_id: str) -> None:
    assert (await contact.post("/api/v1/sessions", json={})).json()["id"] == session_id
    await contact.post(f"/api/v1/sessions/{session_id}/close")
    assert (await contact.post("/api/v1/sessions", json={})).json()["id"] != session_id
