"""Templates, sequences and messages over HTTP: who may, what is refused, what stays another tenant's."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from crm.post_office import Office, open_office
from crm.posts import CONTACT
from deskhand.tenancy.roles import Role

TEMPLATES, SEQUENCES = "/api/v1/crm/templates", "/api/v1/crm/sequences"
ENROLMENTS, WAITING = "/api/v1/crm/enrolments", "/api/v1/crm/scheduled-messages"
MESSAGES = f"/api/v1/crm/contacts/{CONTACT}/messages"
HELLO = {"name": "hello", "body": "Hello {{name}}!", "variables": [{"name": "name"}]}
WELCOME = {
    "name": "welcome",
    "steps": [{"after": "PT1H", "template": "hello"}, {"after": "P1D", "template": "hello", "condition": "no_reply"}],
    "quiet_hours": {"start": "21:00", "end": "08:00"},
}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        yield opened


@pytest.fixture
async def ada(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with office.client() as client:
        yield client


async def made(client: httpx.AsyncClient, address: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(address, json=body)
    assert answer.status_code == 201, answer.text
    given: dict[str, Any] = answer.json()
    return given


async def test_a_template_is_made_changed_compared_and_archived(ada: httpx.AsyncClient) -> None:
    made_ = await ada.post(TEMPLATES, json=HELLO)
    template = made_.json()
    one = f"{TEMPLATES}/{template['id']}"
    assert (made_.status_code, made_.headers["Location"]) == (201, one)
    assert (template["version"], template["language"], template["updated_by"]) == (1, "en", "usr_ten_1_ada")
    read = await ada.get(one)
    assert read.json() == template

    changed = await ada.patch(one, json={"body": "Hi {{name}}!"}, headers={"If-Match": read.headers["ETag"]})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    stale = await ada.patch(one, json={"body": "Hey {{name}}!"}, headers={"If-Match": read.headers["ETag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "template_changed")
    described = await ada.patch(one, json={"description": "A greeting"}, headers={"If-Match": "*"})
    assert (described.json()["version"], described.json()["body"]) == (2, "Hi {{name}}!")

    versions = (await ada.get(f"{one}/versions")).json()
    assert [each["body"] for each in versions["items"]] == ["Hi {{name}}!", "Hello {{name}}!"]
    shown = await ada.post(f"{one}/preview", json={"variables": {"name": "_Ana_"}})
    assert shown.json() == {"text": "Hi \\_Ana\\_!"}
    assert (await ada.post(f"{one}/preview", json={})).json()["code"] == "wrong_variables"

    assert (await ada.delete(one)).status_code == 204
    assert (await ada.get(TEMPLATES, params={"archived": False})).json()["total"] == 0
    assert (await ada.get(TEMPLATES, params={"name": "hello", "language": "en"})).json()["items"][0]["archived"]
    again = await ada.post(TEMPLATES, json=HELLO)
    assert (again.status_code, again.json()["code"]) == (409, "template_exists")
    assert (await ada.patch(one, json={"archived": False})).json()["archived"] is False


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Hello"},
        {"name": "../x"},
        {"language": "english!"},
        {"body": " "},
        {"body": "x" * 4_001},
        {"body": "a\x00b {{name}}"},
        {"body": "\ud800 {{name}}"},
        {"body": "Hello"},
        {"body": "{{other}} {{name}}"},
        {"variables": [{"name": "Name"}]},
        {"variables": [{"name": "name", "default": "\x07"}]},
        {"variables": [{"name": f"v{number}"} for number in range(21)]},
        {"extra": 1},
        {"name": None},
    ],
)
async def test_a_template_that_cannot_be_is_refused(ada: httpx.AsyncClient, change: dict[str, Any]) -> None:

    answer = await ada.post(TEMPLATES, content=json.dumps(HELLO | change), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert (await ada.get(TEMPLATES)).json()["total"] == 0


async def test_a_sequence_is_made_changed_and_archived(ada: httpx.AsyncClient) -> None:
    await made(ada, TEMPLATES, HELLO)
    sequence = await made(ada, SEQUENCES, WELCOME)
    one = f"{SEQUENCES}/{sequence['id']}"
    read = await ada.get(one)
    assert read.json() == sequence
    assert sequence["quiet_hours"] == {"start": "21:00", "end": "08:00"}
    assert [step["condition"] for step in sequence["steps"]] == [None, "no_reply"]

    changed = await ada.patch(one, json={"quiet_hours": None, "steps": [{"after": "P2D", "template": "hello"}]})
    assert changed.json() | {"updated_at": ""} == sequence | {
        "quiet_hours": None,
        "steps": [{"after": "P2D", "template": "hello", "condition": None}],
        "version": 2,
        "updated_at": "",
    }
    stale = await ada.patch(one, json={"stop_on_reply": False}, headers={"If-Match": read.headers["ETag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "sequence_changed")
    assert (await ada.post(SEQUENCES, json=WELCOME)).json()["code"] == "sequence_exists"
    assert (await ada.delete(one)).status_code == 204
    assert (await ada.get(SEQUENCES, params={"archived": True})).json()["total"] == 1
    refused = await ada.post(f"{one}/enrol", json={"contact_id": CONTACT, "variables": {"name": "Ana"}})
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_sequence")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"steps": []}, "invalid_value"),
        ({"steps": [{"after": "soon", "template": "hello"}]}, "wrong_pause"),
        ({"steps": [{"after": "P1D", "template": "nothing"}]}, "wrong_sequence"),
        ({"steps": [{"after": "P1D", "template": "hello", "condition": "rain"}]}, "invalid_value"),
        ({"quiet_hours": {"start": "21:00", "end": "21:00"}}, "wrong_quiet_hours"),
        ({"quiet_hours": {"start": "25:00", "end": "08:00"}}, "wrong_quiet_hours"),
        ({"name": None}, "invalid_value"),
        ({"steps": None}, "invalid_value"),
    ],
)
async def test_a_sequence_that_cannot_be_is_refused(ada: httpx.AsyncClient, change: dict[str, Any], code: str) -> None:
    await made(ada, TEMPLATES, HELLO)
    sequence = await made(ada, SEQUENCES, WELCOME)
    refused = await ada.post(SEQUENCES, json=WELCOME | {"name": "other"} | change)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    refused = await ada.patch(f"{SEQUENCES}/{sequence['id']}", json=change)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_a_contact_is_enrolled_once_seen_and_taken_out(office: Office, ada: httpx.AsyncClient) -> None:
    await office.post.session()
    await made(ada, TEMPLATES, HELLO)
    sequence = await made(ada, SEQUENCES, WELCOME)
    enrol = f"{SEQUENCES}/{sequence['id']}/enrol"
    body = {"contact_id": CONTACT, "variables": {"name": "Ana"}, "time_zone": "Europe/Berlin"}

    enrolled = await ada.post(enrol, json=body, headers={"Idempotency-Key": "k1"})
    again = await ada.post(enrol, json=body | {"idempotency_key": "k1"})

    assert enrolled.status_code == again.status_code == 201
    assert enrolled.json() == again.json()
    assert enrolled.json()["enrolled_by"] == {"kind": "user", "id": "usr_ten_1_ada", "turn_id": None}
    other = await ada.post(enrol, json=body)
    assert (other.status_code, other.json()["code"]) == (409, "already_enrolled")
    listed = (await ada.get(ENROLMENTS, params={"contact_id": CONTACT, "status": "active"})).json()
    assert [each["id"] for each in listed["items"]] == [enrolled.json()["id"]]
    waiting = (await ada.get(WAITING, params={"enrolment_id": enrolled.json()["id"]})).json()
    assert [(each["kind"], each["text"], each["step"]) for each in waiting["items"]] == [("sequence", "Hello Ana!", 0)]
    step = f"{WAITING}/{waiting['items'][0]['id']}/cancel"
    assert (await ada.post(step)).json()["code"] == "delivery_ended"

    one = f"{ENROLMENTS}/{enrolled.json()['id']}"
    cancelled = await ada.post(f"{one}/cancel")
    assert (cancelled.json()["status"], (await ada.get(one)).json()["status"]) == ("cancelled", "cancelled")
    assert (await ada.get(WAITING)).json()["total"] == 0


async def test_a_message_goes_out_now_or_at_its_time_and_can_be_stopped(office: Office, ada: httpx.AsyncClient) -> None:
    await office.post.session()
    await made(ada, TEMPLATES, HELLO)
    now = await made(ada, MESSAGES, {"text": "Your helmet is here."})
    later = await made(ada, MESSAGES, {"template": "hello", "variables": {"name": "Ana"}, "at": "2026-03-03T09:00Z"})
    picture = await made(
        ada, MESSAGES, {"type": "image", "text": "The helmet", "url": "https://any.example/p.png", "reason": "Asked."}
    )

    assert (now["status"], later["status"], picture["status"]) == ("sent", "scheduled", "sent")
    assert (later["kind"], later["text"]) == ("template", "Hello Ana!")
    assert picture["media"] == {"kind": "image", "url": "https://any.example/p.png", "attachment_id": None}
    assert await office.post.said() == ["Your helmet is here.", "The helmet"]
    listed = (await ada.get(MESSAGES)).json()
    assert (listed["total"], listed["items"][0]["id"]) == (3, later["id"])
    assert [each["id"] for each in (await ada.get(WAITING)).json()["items"]] == [later["id"]]

    stopped = await ada.post(f"{WAITING}/{later['id']}/cancel")
    assert (stopped.json()["status"], stopped.json()["outcome"]) == ("cancelled", "Cancelled by user usr_ten_1_ada.")
    assert (await ada.get(f"{WAITING}/{later['id']}")).json()["status"] == "cancelled"
    assert (await ada.post(f"{WAITING}/{now['id']}/cancel")).status_code == 409
    assert await office.post.until(days=2) == 0


async def test_a_time_that_comes_twice_says_which_was_taken(office: Office, ada: httpx.AsyncClient) -> None:
    await office.post.session()
    message = await made(ada, MESSAGES, {"text": "Hello", "at": "2026-10-25T02:30[Europe/Berlin]"})
    assert (message["due_at"], message["time_zone"]) == ("2026-10-25T00:30:00Z", "Europe/Berlin")
    assert "the first is taken" in message["note"]


async def test_the_same_key_sends_once(office: Office, ada: httpx.AsyncClient) -> None:
    await office.post.session()
    keyed = {"Idempotency-Key": "k1"}
    first = await ada.post(MESSAGES, json={"text": "Once"}, headers=keyed)
    again = await ada.post(MESSAGES, json={"text": "Once"}, headers=keyed)
    other = await ada.post(MESSAGES, json={"text": "Twice"}, headers=keyed)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert await office.post.said() == ["Once"]
    both = await ada.post(MESSAGES, json={"text": "Once", "idempotency_key": "k2"}, headers=keyed)
    assert both.status_code == 422


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "wrong_media"),
        ({"text": ""}, "invalid_value"),
        ({"text": "a\x00b"}, "invalid_value"),
        ({"text": "x" * 4_001}, "invalid_value"),
        ({"text": "Look", "type": "image"}, "wrong_media"),
        ({"text": "Look", "url": "https://a.example/p"}, "wrong_media"),
        ({"text": "Look", "type": "image", "url": "ftp://a.example/p"}, "wrong_media"),
        ({"text": "Look", "type": "image", "url": "https://a.example/p", "attachment_id": "att_1"}, "wrong_media"),
        ({"text": "Look", "type": "image", "attachment_id": "att_9"}, "wrong_media"),
        ({"text": "Look", "type": "video", "attachment_id": "att_1"}, "wrong_media"),
        ({"text": "Look", "template": "hello"}, "wrong_variables"),
        ({"text": "Look", "variables": {"name": "Ana"}}, "wrong_variables"),
        ({"template": "hello"}, "wrong_variables"),
        ({"text": "Look", "at": "tomorrow"}, "wrong_moment"),
        ({"text": "Look", "at": "2020-01-01T00:00Z"}, "wrong_moment"),
        ({"text": "Look", "idempotency_key": "a b\x00"}, "invalid_contact"),
    ],
)
async def test_a_message_that_cannot_be_is_refused(
    office: Office, ada: httpx.AsyncClient, body: dict[str, Any], code: str
) -> None:
    await office.post.session()
    await made(ada, TEMPLATES, HELLO)
    refused = await ada.post(MESSAGES, json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert (await ada.get(MESSAGES)).json()["total"] == 0


async def test_who_cannot_be_written_to_is_told_apart(ada: httpx.AsyncClient) -> None:
    silent = await ada.post(MESSAGES, json={"text": "Hello"})
    assert (silent.status_code, silent.json()["code"]) == (409, "no_conversation")
    for unknown in ("con_nobody", "con_eve"):
        for body in ({"text": "Hello"}, {"template": "hello"}):
            answer = await ada.post(f"/api/v1/crm/contacts/{unknown}/messages", json=body)
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown_contact")
        assert (await ada.get(f"/api/v1/crm/contacts/{unknown}/messages")).status_code == 404


async def everything(office: Office, ada: httpx.AsyncClient) -> list[tuple[str, str]]:
    """One of each thing, and every route that reaches it."""
    await office.post.session()
    template = (await made(ada, TEMPLATES, HELLO))["id"]
    sequence = (await made(ada, SEQUENCES, WELCOME))["id"]
    enrolled = {"contact_id": CONTACT, "variables": {"name": "Ana"}}
    enrolment = (await made(ada, f"{SEQUENCES}/{sequence}/enrol", enrolled))["id"]
    message = (await made(ada, MESSAGES, {"text": "Hello", "at": "2026-03-03T09:00Z"}))["id"]
    return [
        ("GET", f"{TEMPLATES}/{template}"),
        ("GET", f"{TEMPLATES}/{template}/versions"),
        ("POST", f"{TEMPLATES}/{template}/preview"),
        ("PATCH", f"{TEMPLATES}/{template}"),
        ("DELETE", f"{TEMPLATES}/{template}"),
        ("GET", f"{SEQUENCES}/{sequence}"),
        ("PATCH", f"{SEQUENCES}/{sequence}"),
        ("DELETE", f"{SEQUENCES}/{sequence}"),
        ("GET", f"{ENROLMENTS}/{enrolment}"),
        ("POST", f"{ENROLMENTS}/{enrolment}/cancel"),
        ("GET", f"{WAITING}/{message}"),
        ("POST", f"{WAITING}/{message}/cancel"),
        ("GET", MESSAGES),
    ]


async def test_another_tenant_finds_nothing_under_the_same_addresses(office: Office, ada: httpx.AsyncClient) -> None:
    routes = await everything(office, ada)
    async with office.client(tenant_id="ten_2") as eve:
        for method, address in routes:
            answer = await eve.request(method, address, json={} if method in {"POST", "PATCH"} else None)
            assert answer.status_code == 404, (method, address, answer.text)
        for listed in (TEMPLATES, SEQUENCES, ENROLMENTS, WAITING):
            assert (await eve.get(listed)).json()["total"] == 0


async def test_a_contact_reaches_none_of_it_and_a_viewer_changes_nothing(
    office: Office, ada: httpx.AsyncClient
) -> None:
    routes = [*await everything(office, ada), *(("GET", each) for each in (TEMPLATES, SEQUENCES, ENROLMENTS, WAITING))]
    writes = [
        *((method, address) for method, address in routes if method != "GET" and "preview" not in address),
        *(("POST", each) for each in (TEMPLATES, SEQUENCES, MESSAGES)),
    ]
    async with office.client(Role.CONTACT) as ana:
        for method, address in [*routes, *writes]:
            assert (await ana.request(method, address)).status_code == 403, (method, address)
    async with office.client(Role.VIEWER) as vic:
        for method, address in writes:
            assert (await vic.request(method, address)).status_code == 403, (method, address)
        for method, address in routes:
            if method == "GET":
                assert (await vic.get(address)).status_code == 200, address


async def test_lists_are_paged_within_limits(ada: httpx.AsyncClient) -> None:
    for name in ("b", "a", "c"):
        await made(ada, TEMPLATES, HELLO | {"name": name})
    page = (await ada.get(TEMPLATES, params={"limit": 2, "offset": 1})).json()
    assert ([each["name"] for each in page["items"]], page["total"]) == (["b", "c"], 3)
    for address in (TEMPLATES, SEQUENCES, ENROLMENTS, WAITING, MESSAGES):
        for wrong in ({"limit": 0}, {"limit": 101}, {"offset": -1}):
            assert (await ada.get(address, params=wrong)).status_code == 422


@pytest.mark.parametrize("wrong", ["%00", "a%20b", "x" * 61, "a.b"])
async def test_ids_that_cannot_be_are_refused(ada: httpx.AsyncClient, wrong: str) -> None:
    for address in (TEMPLATES, SEQUENCES, ENROLMENTS, WAITING):
        assert (await ada.get(f"{address}/{wrong}")).status_code in {404, 422}
