"""Staff: who may make and change whom, the last owner, passwords, and what ends a sign-in."""

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.tenancy.roles import Role
from deskhand.tenancy.users import InvalidEmail, checked_email
from tenancy.conftest import PASSWORD, Office

USERS = "/api/v1/users"
ME = "/api/v1/auth/me"
OWN_PASSWORD = "/api/v1/auth/password"
ADA = {"email": "ada@example.com", "name": "Ada", "role": "operator"}


async def hire(owner: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    response = await owner.post(USERS, json={**ADA, **fields})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def test_a_new_member_gets_a_password_that_is_shown_once(office: Office) -> None:
    owner = await office.staff(Role.OWNER)
    made = await hire(owner, email=" Ada@Example.com ")
    assert (made["email"], made["status"], made["role"]) == ("ada@example.com", "active", "operator")
    assert (await office.sign_in("ada@example.com", made["password"])).status_code == 200
    listed = (await owner.get(USERS)).json()
    assert made["password"] not in (await owner.get(USERS)).text
    assert [user["email"] for user in listed["items"]] == ["ada@example.com", "owner@example.com"]
    assert set(listed["items"][0]) == {"id", "email", "name", "role", "status", "created_at"}
    assert listed["total"] == 2


async def test_a_password_that_was_given_is_not_repeated(office: Office) -> None:
    made = await hire(await office.staff(Role.OWNER), password=PASSWORD)
    assert made["password"] is None
    assert (await office.sign_in(ADA["email"])).status_code == 200


async def test_an_address_is_taken_whatever_its_case(office: Office) -> None:
    owner = await office.staff(Role.OWNER)
    await hire(owner)
    again = await owner.post(USERS, json={**ADA, "email": "ADA@EXAMPLE.COM"})
    assert (again.status_code, again.json()["code"]) == (409, "email_taken")
    rival = await office.another("rival")
    await hire(await rival.staff(Role.OWNER))


async def test_the_same_address_twice_at_once_is_one_user(office: Office) -> None:
    owner = await office.staff(Role.OWNER)
    answers = await asyncio.gather(*(owner.post(USERS, json=ADA) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


@pytest.mark.parametrize(
    "change",
    [
        {"email": "no address"},
        {"email": "a@b"},
        {"email": "a\x00b@example.com"},
        {"email": "@example.com"},
        {"email": "x" * 250 + "@example.com"},
        {"email": None},
        {"name": "  "},
        {"name": "x" * 101},
        {"name": "a\x00b"},
        {"role": "contact"},
        {"role": "emperor"},
        {"password": "short"},
        {"password": "x" * 1001},
        {"password": "Ada@Example.com"},
        {"password": " " * 12},
        {"tenant_id": "ten_other"},
    ],
)
async def test_what_makes_no_user_is_a_clear_problem(change: dict[str, Any], office: Office) -> None:
    owner = await office.staff(Role.OWNER)
    response = await owner.post(USERS, json=ADA | change)
    assert response.status_code == 422
    assert response.json()["detail"]
    assert (await owner.get(USERS)).json()["total"] == 1


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "offset=-1", "offset=9999999999"])
@pytest.mark.parametrize("path", [USERS, "/api/v1/api-keys"])
async def test_a_page_out_of_range_is_a_clear_problem(query: str, path: str, office: Office) -> None:
    assert (await (await office.staff(Role.OWNER)).get(f"{path}?{query}")).status_code == 422


async def test_pages_follow_one_another(office: Office) -> None:
    owner = await office.staff(Role.OWNER)
    for letter in "abc":
        await office.add(Role.VIEWER, f"{letter}@example.com")
    page = (await owner.get(f"{USERS}?limit=2&offset=1")).json()
    assert [user["email"][0] for user in page["items"]] == ["b", "c"]
    assert (page["total"], page["limit"], page["offset"]) == (4, 2, 1)


@pytest.mark.parametrize("body", [{}, {"role": None}, {"email": "new@example.com"}, {"status": "asleep"}, [], "x"])
async def test_what_changes_nothing_is_a_clear_problem(body: Any, office: Office) -> None:
    user_id = await office.add(Role.VIEWER)
    assert (await (await office.staff(Role.OWNER)).patch(f"{USERS}/{user_id}", json=body)).status_code == 422


@pytest.mark.parametrize("user_id", ["usr_nobody", "x", "%00", "usr_1'--", "💥", "x" * 60])
async def test_an_id_that_is_none_is_not_found(user_id: str, office: Office) -> None:
    owner = await office.staff(Role.OWNER)
    assert (await owner.patch(f"{USERS}/{user_id}", json={"name": "X"})).status_code == 404
    assert (await owner.post(f"{USERS}/{user_id}/sign-out")).status_code == 404


async def test_an_id_too_long_to_be_one_is_a_clear_problem(office: Office) -> None:
    owner = await office.staff(Role.OWNER)
    assert (await owner.patch(f"{USERS}/{'x' * 61}", json={"name": "X"})).status_code == 422


async def test_the_last_active_owner_stays(office: Office) -> None:
    owner = await office.staff(Role.OWNER)
    only = await office.add(Role.OWNER)
    for change in ({"role": "admin"}, {"status": "inactive"}):
        refused = await owner.patch(f"{USERS}/{only}", json=change)
        assert (refused.status_code, refused.json()["code"]) == (409, "last_owner")
    second = await office.add(Role.OWNER, "second@example.com")
    assert (await owner.patch(f"{USERS}/{second}", json={"status": "inactive"})).status_code == 200
    assert (await owner.patch(f"{USERS}/{only}", json={"role": "admin"})).status_code == 409, "the other sleeps"
    await owner.patch(f"{USERS}/{second}", json={"status": "active"})
    assert (await owner.patch(f"{USERS}/{only}", json={"role": "admin"})).status_code == 200
    assert (await owner.patch(f"{USERS}/{second}", json={"name": "X"})).status_code == 403, "an admin now"


async def test_two_owners_who_demote_each_other_at_once_leave_one(office: Office) -> None:
    ids = [await office.add(Role.OWNER, f"{number}@example.com") for number in range(2)]
    clients = [await office.staff(Role.OWNER, f"{number}@example.com") for number in range(2)]
    answers = await asyncio.gather(
        clients[0].patch(f"{USERS}/{ids[1]}", json={"role": "viewer"}),
        clients[1].patch(f"{USERS}/{ids[0]}", json={"role": "viewer"}),
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 200
    assert codes[1] in {403, 409}


async def test_an_admin_neither_makes_nor_changes_owners(office: Office) -> None:
    admin, owner_id = await office.staff(Role.ADMIN), await office.add(Role.OWNER)
    assert (await admin.post(USERS, json={**ADA, "role": "owner"})).status_code == 403
    viewer = await office.add(Role.VIEWER)
    assert (await admin.patch(f"{USERS}/{viewer}", json={"role": "owner"})).status_code == 403
    for change in ({"name": "X"}, {"status": "inactive"}, {"role": "viewer"}, {"password": PASSWORD}):
        assert (await admin.patch(f"{USERS}/{owner_id}", json=change)).status_code == 403
    assert (await admin.post(f"{USERS}/{owner_id}/sign-out")).status_code == 403
    assert (await admin.patch(f"{USERS}/{viewer}", json={"role": "admin"})).status_code == 200


async def test_nobody_raises_their_own_role(office: Office) -> None:
    admin, own = await office.staff(Role.ADMIN), await office.add(Role.ADMIN)
    assert (await admin.patch(f"{USERS}/{own}", json={"role": "owner"})).status_code == 403
    for role in (Role.OPERATOR, Role.VIEWER):
        user_id = await office.add(role)
        client = await office.staff(role)
        assert (await client.patch(f"{USERS}/{user_id}", json={"role": "admin"})).status_code == 403
        assert (await client.post(USERS, json=ADA)).status_code == 403


async def test_a_new_password_ends_the_other_sign_ins_and_not_this_one(office: Office) -> None:
    await hire(await office.staff(Role.OWNER), password=PASSWORD)
    here, there = [await office.client((await office.sign_in(ADA["email"])).json()["token"]) for _ in range(2)]
    change = {"current_password": PASSWORD, "new_password": "another four words"}
    assert (await here.post(OWN_PASSWORD, json=change)).status_code == 204
    assert (await here.get(ME)).status_code == 200
    assert (await there.get(ME)).status_code == 401
    assert (await office.sign_in(ADA["email"])).status_code == 401
    again = await office.sign_in(ADA["email"], "another four words")
    assert (await (await office.client(again.json()["token"])).get(ME)).status_code == 200


async def test_a_password_is_changed_only_by_whoever_knows_it(office: Office) -> None:
    await hire(await office.staff(Role.OWNER), password=PASSWORD)
    ada = await office.client((await office.sign_in(ADA["email"])).json()["token"])
    for new in ("short", ADA["email"], "ada"):
        body = {"current_password": PASSWORD, "new_password": new}
        assert (await ada.post(OWN_PASSWORD, json=body)).status_code == 422
    guess = {"current_password": "a guess", "new_password": "another four words"}
    codes = [(await ada.post(OWN_PASSWORD, json=guess)).status_code for _ in range(4)]
    assert codes == [403, 403, 403, 429]
    assert (await office.sign_in(ADA["email"])).status_code == 200
    assert (await (await office.contact()).post(OWN_PASSWORD, json=guess)).status_code == 403


async def test_a_password_set_by_an_owner_ends_all_sign_ins(office: Office) -> None:
    owner = await office.staff(Role.OWNER)
    made = await hire(owner, password=PASSWORD)
    ada = await office.client((await office.sign_in(ADA["email"])).json()["token"])
    assert (await owner.patch(f"{USERS}/{made['id']}", json={"password": "short"})).status_code == 422
    reset = await owner.patch(f"{USERS}/{made['id']}", json={"password": "set by the owner"})
    assert reset.status_code == 200
    assert "password" not in reset.json()
    assert (await ada.get(ME)).status_code == 401
    assert (await office.sign_in(ADA["email"], "set by the owner")).status_code == 200


async def test_signing_somebody_out_everywhere(office: Office) -> None:
    owner = await office.staff(Role.OWNER)
    clients = [await office.staff(Role.VIEWER) for _ in range(2)]
    user_id = await office.add(Role.VIEWER)
    assert (await owner.post(f"{USERS}/{user_id}/sign-out")).status_code == 204
    assert [(await client.get(ME)).status_code for client in clients] == [401, 401]
    assert (await (await office.staff(Role.VIEWER)).get(ME)).status_code == 200, "a new sign-in is good"


@given(st.emails())
def test_addresses_as_people_have_them_are_taken_and_kept_in_one_form(email: str) -> None:
    try:
        kept = checked_email(f" {email} ")
    except InvalidEmail:
        # Quoted and bracketed forms, and raw host names of the standard's far corners, are not for staff.
        assert not email.isascii() or any(sign in email for sign in "\"(),:;<>[]\\!#$%&'*/=?^`{|}~") or "--" in email
        return
    assert kept == kept.lower() == checked_email(kept)


@given(st.text())
def test_what_is_no_address_is_refused_and_never_breaks(text: str) -> None:
    try:
        kept = checked_email(text)
    except InvalidEmail:
        return
    assert "@" in kept
    assert kept.isprintable()
    assert not any(character.isspace() for character in kept)
