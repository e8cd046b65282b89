"""Tokens: only what we signed, for as long as we said, and no longer than its holder and tenant are welcome."""

from datetime import timedelta

import jwt
import pytest
from sqlalchemy import func, select

from deskhand.kit.clock import SystemClock
from deskhand.tenancy.directory import TenantStatus, UnknownTenant
from deskhand.tenancy.gate import Gate
from deskhand.tenancy.roles import Role
from deskhand.tenancy.standing import FRESH_SECONDS, Standing
from deskhand.tenancy.tables import RevokedToken, User
from deskhand.tenancy.tokens import LOCAL_USER, TokenRefused, TokenSigner
from tenancy.conftest import MovedClock, Office

KEY = "a-key-of-thirty-two-characters-or-more"
ME = "/api/v1/auth/me"
OUT = "/api/v1/auth/sign-out"


def claims(**changed: object) -> dict[str, object]:
    good = {
        "jti": "tok_1",
        "sub": "con_1",
        "tenant": "ten_1",
        "role": "contact",
        "iat": 1_700_000_000,
        "exp": 4_000_000_000,
    }
    return {name: value for name, value in (good | changed).items() if value is not None}


def signed(key: str = KEY, algorithm: str = "HS256", **changed: object) -> str:
    return jwt.encode(claims(**changed), key, algorithm=algorithm)


def with_claim(name: str, value: object) -> str:
    return jwt.encode(claims(**{name: value}), KEY, algorithm="HS256")


def test_what_this_file_forges_would_be_good_if_nothing_were_wrong_with_it() -> None:
    read = TokenSigner(KEY, SystemClock(), staff_hours=1).read(signed())
    assert (read.token_id, read.subject, read.tenant_id, read.role) == ("tok_1", "con_1", "ten_1", Role.CONTACT)


BAD = [
    "",
    "nonsense",
    "a.b.c",
    "dk_",
    "dk_0123456789abcdef_short",
    "\u00e9",
    signed("another-key-of-thirty-two-characters!"),
    signed("", algorithm="none"),
    signed(KEY + KEY, algorithm="HS512"),
    signed(role="emperor"),
    *(with_claim(name, None) for name in claims()),
    *(with_claim(name, ["con_1"]) for name in ("tenant", "role")),
    *(with_claim(name, "") for name in ("jti", "sub", "tenant", "role")),
    signed(exp="soon"),
    signed(exp=1),
    signed(iat="now"),
    signed(iat=True),
    signed(iat=3_999_999_999),
    signed()[:-2],
    signed().rpartition(".")[0] + ".",
]


@pytest.mark.parametrize("token", BAD)
async def test_a_token_that_is_not_ours_is_refused_in_the_same_words(token: str, office: Office) -> None:
    office.house.gate._signer = TokenSigner(KEY, office.clock, staff_hours=1)
    with pytest.raises(TokenRefused) as refused:
        await office.house.gate.scope_of(office.house.gate.read(token))
    assert refused.value.detail == TokenRefused().detail


@pytest.mark.parametrize("header", [None, "Bearer forged", "Basic abc", "Bearer", "Bearer " + "x" * 9000])
async def test_a_request_without_a_good_token_is_asked_to_sign_in(header: str | None, office: Office) -> None:
    client = await office.client()
    response = await client.get("/api/v1/sessions", headers={"Authorization": header} if header else {})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["code"] in {"not_signed_in", "token_refused"}


async def test_a_token_opens_the_scope_it_was_made_for(office: Office) -> None:
    admin = (await (await office.staff(Role.ADMIN)).get(ME)).json()
    assert (admin["role"], admin["user"]["email"], admin["contact_id"]) == ("admin", "admin@example.com", None)
    assert admin["tenant"] == {"slug": "demo", "company": "Larkspoke"}
    contact = (await (await office.contact()).get(ME)).json()
    assert (contact["role"], contact["user"]) == ("contact", None)
    assert contact["contact_id"].startswith("con_")
    assert contact["permissions"] == ["chat", "conversations:read"]


async def test_every_token_has_an_id_of_its_own(office: Office) -> None:
    tokens = [await office.token(Role.OWNER) for _ in range(2)]
    assert len({jwt.decode(token, options={"verify_signature": False})["jti"] for token in tokens}) == 2


async def test_a_token_ends_when_it_said_it_would(office: Office) -> None:
    client = await office.staff(Role.OWNER)
    office.clock.pass_by(hours=23, minutes=59)
    assert (await client.get(ME)).status_code == 200
    office.clock.pass_by(minutes=2)
    assert (await client.get(ME)).status_code == 401


async def test_a_token_signed_out_is_void_and_others_of_its_user_are_not(office: Office) -> None:
    one, other = await office.staff(Role.OWNER), await office.staff(Role.OWNER)
    assert (await one.post(OUT)).status_code == 204
    assert (await one.get(ME)).json()["code"] == "token_refused"
    assert (await one.post(OUT)).status_code == 401
    assert (await other.get(ME)).status_code == 200


async def test_a_visitor_signs_out_too(office: Office) -> None:
    visitor = await office.contact()
    assert (await visitor.post(OUT)).status_code == 204
    assert (await visitor.get(ME)).status_code == 401


async def test_revocations_are_forgotten_when_their_tokens_have_expired(office: Office) -> None:
    await (await office.staff(Role.OWNER)).post(OUT)
    office.clock.pass_by(hours=25)
    await (await office.staff(Role.OWNER)).post(OUT)
    async with office.house.store.read(office.scope) as db:
        assert await db.scalar(select(func.count()).select_from(RevokedToken)) == 1


async def test_a_role_holds_at_once_whatever_the_token_says(office: Office) -> None:
    owner, other = await office.staff(Role.OWNER), await office.staff(Role.ADMIN, "bob@example.com")
    user_id = await office.add(Role.ADMIN, "bob@example.com")
    assert (await other.get("/api/v1/api-keys")).status_code == 200
    assert (await owner.patch(f"/api/v1/users/{user_id}", json={"role": "viewer"})).status_code == 200
    assert (await other.get("/api/v1/api-keys")).status_code == 403
    assert (await other.get(ME)).json()["role"] == "viewer"


async def test_whoever_is_not_active_any_more_is_out_at_once(office: Office) -> None:
    owner, other = await office.staff(Role.OWNER), await office.staff(Role.VIEWER)
    assert (await other.get(ME)).status_code == 200
    user_id = await office.add(Role.VIEWER)
    await owner.patch(f"/api/v1/users/{user_id}", json={"status": "inactive"})
    assert (await other.get(ME)).status_code == 401
    await owner.patch(f"/api/v1/users/{user_id}", json={"status": "active"})
    assert (await other.get(ME)).status_code == 401, "they sign in anew"


async def test_a_token_of_nobody_opens_nothing(office: Office) -> None:
    rival = await office.another("rival")
    theirs = await rival.add(Role.OWNER)
    for user_id in ("usr_nobody", theirs):
        token = office.house.signer.for_user(tenant_id=office.tenant.id, user_id=user_id, role=Role.OWNER).token
        assert (await (await office.client(token)).get(ME)).status_code == 401
    gone = office.house.signer.for_contact(tenant_id="ten_gone", contact_id="con_1").token
    assert (await (await office.client(gone)).post("/api/v1/sessions", json={})).status_code == 401


async def test_the_operators_own_commands_need_no_user(office: Office) -> None:
    token = office.house.signer.for_user(tenant_id=office.tenant.id, user_id=LOCAL_USER, role=Role.OWNER).token
    client = await office.client(token)
    me = (await client.get(ME)).json()
    assert (me["user"], me["role"]) == (None, "owner")
    assert (await client.get("/api/v1/users")).status_code == 200
    change = {"current_password": "x", "new_password": "four words are better"}
    assert (await client.post("/api/v1/auth/password", json=change)).status_code == 403


async def test_a_suspended_tenant_is_closed_for_everybody_until_it_is_active_again(office: Office) -> None:
    staff, visitor, directory = await office.staff(Role.OWNER), await office.contact(), office.house.directory
    assert (await staff.get(ME)).status_code == (await visitor.get(ME)).status_code == 200
    await directory.set_tenant_status("demo", TenantStatus.SUSPENDED)
    assert (await staff.get(ME)).json()["code"] == "token_refused"
    assert (await visitor.get(ME)).json()["code"] == "token_refused"
    public = await office.client()
    assert (await public.post("/api/v1/chat/tokens", json={"tenant": "demo"})).status_code == 404
    assert (await public.get("/api/v1/chat/config?tenant=demo")).status_code == 404
    await directory.set_tenant_status("demo", TenantStatus.ACTIVE)
    assert (await staff.get(ME)).status_code == (await visitor.get(ME)).status_code == 200
    with pytest.raises(UnknownTenant, match="'nowhere'"):
        await directory.set_tenant_status("nowhere", TenantStatus.ACTIVE)


async def test_what_another_process_changed_is_seen_after_a_few_seconds(office: Office, clock: MovedClock) -> None:
    house = office.house
    elsewhere = Gate(store=house.store, signer=house.signer, standing=Standing(house.store, clock), clock=clock)
    token = await office.token(Role.OWNER)
    presented = elsewhere.read(token)
    await elsewhere.scope_of(presented)
    await (await office.client(token)).post(OUT)
    clock.pass_by(seconds=FRESH_SECONDS)
    with pytest.raises(TokenRefused):
        await elsewhere.scope_of(presented)


async def test_a_good_token_is_not_looked_up_at_every_request(office: Office) -> None:
    gate = office.house.gate
    presented = gate.read(await office.token(Role.OWNER))
    await gate.scope_of(presented)
    async with office.house.store.write(office.scope) as db:
        (await db.scalars(select(User))).one().role = "viewer"  # as another process would, telling nobody
    assert (await gate.scope_of(presented)).role is Role.OWNER
    office.clock.pass_by(seconds=FRESH_SECONDS + 1)
    assert (await gate.scope_of(presented)).role is Role.VIEWER


def test_tokens_from_a_clock_that_is_a_little_ahead_are_good() -> None:
    ahead, behind = MovedClock(), MovedClock()
    ahead.moment += timedelta(seconds=30)
    token = TokenSigner(KEY, ahead, staff_hours=1).for_contact(tenant_id="ten_1", contact_id="con_1").token
    assert TokenSigner(KEY, behind, staff_hours=1).read(token).subject == "con_1"
