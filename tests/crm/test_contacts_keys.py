"""Writes under idempotency keys: once each, on either database, also when they come together."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from crm.desks import AGENT, Company, Desk, open_company, open_desk
from deskhand.crm.fields import FieldExists, FieldType, NewField
from deskhand.crm.model import (
    ContactChanged,
    EventCategory,
    NewEvent,
    NewNote,
    PipelineMove,
    ProfileChange,
    TagChange,
    TagMode,
    Writing,
)
from deskhand.crm.pipelines import PipelineExists, StageDraft
from deskhand.kit.errors import KeyReused

CONTACTS = "/api/v1/crm/contacts"


def under(key: str) -> Writing:
    return Writing(by=AGENT, idempotency_key=key)


WRITES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("POST", CONTACTS, {"name": "Al"}, {"name": "Bo"}),
    ("PATCH", CONTACTS + "/{contact}", {"name": "Al"}, {"name": "Bo"}),
    ("POST", CONTACTS + "/{contact}/tags", {"mode": "add", "tags": ["a"]}, {"mode": "remove", "tags": ["a"]}),
    ("PUT", CONTACTS + "/{contact}/pipeline", {"stage": "Lead"}, {"stage": "Won"}),
    ("POST", CONTACTS + "/{contact}/notes", {"text": "One"}, {"text": "Two"}),
    (
        "POST",
        CONTACTS + "/{contact}/events",
        {"title": "One", "category": "issue"},
        {"title": "1", "category": "issue"},
    ),
    ("POST", "/api/v1/crm/fields", {"key": "a", "type": "text"}, {"key": "b", "type": "text"}),
    ("PATCH", "/api/v1/crm/fields/seats", {"label": "Places"}, {"label": "Chairs"}),
    (
        "POST",
        "/api/v1/crm/pipelines",
        {"name": "P", "stages": [{"name": "A"}]},
        {"name": "Q", "stages": [{"name": "A"}]},
    ),
    ("PATCH", "/api/v1/crm/pipelines/{pipeline}", {"name": "New"}, {"name": "Newer"}),
]


@pytest.fixture
async def places(ada: httpx.AsyncClient, company: Company) -> dict[str, str]:
    """What stands in the addresses."""
    await ada.post("/api/v1/crm/fields", json={"key": "seats", "type": "number"})
    stages = [{"name": "Lead"}, {"name": "Won"}]
    pipeline = await ada.post("/api/v1/crm/pipelines", json={"name": "Sales", "stages": stages})
    return {"contact": company.contact_id, "pipeline": pipeline.json()["id"]}


async def everything(ada: httpx.AsyncClient) -> list[Any]:
    paths = (CONTACTS, "/api/v1/crm/fields", "/api/v1/crm/pipelines")
    lists = [(await ada.get(path)).json() for path in paths]
    return [*lists, *[(await ada.get(f"{CONTACTS}/{item['id']}/history")).json() for item in lists[0]["items"]]]


async def test_the_same_write_again_gives_the_same_and_another_is_refused(
    ada: httpx.AsyncClient, places: dict[str, str]
) -> None:
    for method, path, body, other in WRITES:
        address, key = path.format(**places), {"Idempotency-Key": f"{method}-{path}"}
        first = await ada.request(method, address, json=body, headers=key)
        assert first.is_success, first.text
        before = await everything(ada)
        again = await ada.request(method, address, json=body | {"idempotency_key": key["Idempotency-Key"]})
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        assert again.headers.get("etag") == first.headers.get("etag")
        reused = await ada.request(method, address, json=other, headers=key)
        assert (reused.status_code, reused.json()["code"]) == (409, "idempotency_key_reused")
        assert await everything(ada) == before


async def test_removals_under_a_key_can_be_repeated(ada: httpx.AsyncClient, places: dict[str, str]) -> None:
    note = (await ada.post(f"{CONTACTS}/{places['contact']}/notes", json={"text": "One"})).json()["id"]
    removals = (
        f"{CONTACTS}/{places['contact']}/notes/{note}",
        "/api/v1/crm/fields/seats",
        f"/api/v1/crm/pipelines/{places['pipeline']}",
    )
    for path in removals:
        key = {"Idempotency-Key": f"remove-{path}"}
        assert [(await ada.delete(path, headers=key)).status_code for _ in range(2)] == [204, 204]
        assert (await ada.delete(path)).status_code == 404


async def test_a_key_is_the_tenants_own(ada: httpx.AsyncClient, desk: Desk, company: Company) -> None:
    other = await open_company(desk, "other")
    mine = (await ada.post(CONTACTS, json={"name": "Al", "idempotency_key": "k"})).json()
    async with desk.client(other.ada) as eve:
        theirs = (await eve.post(CONTACTS, json={"name": "Al", "idempotency_key": "k"})).json()
    assert mine["id"] != theirs["id"]
    assert await desk.records.lookup(other.ada, mine["id"]) is None


async def test_a_write_that_failed_leaves_its_key_free(ada: httpx.AsyncClient, company: Company) -> None:
    one, key = f"{CONTACTS}/{company.contact_id}", {"Idempotency-Key": "k"}
    assert (await ada.patch(one, json={"email": "none"}, headers=key)).status_code == 422
    assert (await ada.patch(one, json={"email": "jo@example.com"}, headers=key)).status_code == 200


async def test_the_same_key_twice_with_an_old_etag_gives_the_first_answer(
    ada: httpx.AsyncClient, company: Company
) -> None:
    one, headers = f"{CONTACTS}/{company.contact_id}", {"Idempotency-Key": "k", "If-Match": '"0"'}
    answers = [(await ada.patch(one, json={"name": "Jo"}, headers=headers)).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["version"] == 1


@pytest.mark.parametrize("key", ["", "with space", "é", "x" * 201, "a\tb"])
async def test_what_cannot_be_a_key_is_refused(key: str, ada: httpx.AsyncClient, company: Company) -> None:
    answer = await ada.patch(f"{CONTACTS}/{company.contact_id}", json={"name": "Jo", "idempotency_key": key})
    assert answer.status_code == 422
    assert "idempotency" in answer.json()["detail"]


async def test_two_different_keys_of_one_request_are_refused(ada: httpx.AsyncClient, company: Company) -> None:
    body = {"name": "Jo", "idempotency_key": "one"}
    one, header = f"{CONTACTS}/{company.contact_id}", {"Idempotency-Key": "two"}
    assert (await ada.patch(one, json=body, headers=header)).status_code == 422
    assert (await ada.patch(one, json=body, headers={"Idempotency-Key": "one"})).status_code == 200


async def test_a_key_is_forgotten_after_thirty_days(desk: Desk, company: Company) -> None:
    new = NewNote(text="One")
    first = await desk.records.add_note(company.ada, company.contact_id, new, under("k"))
    desk.clock.move(days=29)
    again = await desk.records.add_note(company.ada, company.contact_id, new, under("k"))
    desk.clock.move(days=2)
    later = await desk.records.add_note(company.ada, company.contact_id, new, under("k"))
    assert first == again
    assert later.id != first.id


async def test_what_comes_together_is_done_once_on_either_database(tmp_path: Path, database_url: str) -> None:
    async with open_desk(tmp_path, database_url) as desk:
        company = await open_company(desk)
        scope, contact_id, records = company.ada, company.contact_id, desk.records
        await desk.fields.add(scope, NewField(key="seats", type=FieldType.NUMBER), Writing())
        await desk.pipelines.add(scope, "Sales", [StageDraft(name="Lead"), StageDraft(name="Won")], Writing())

        notes = [records.add_note(scope, contact_id, NewNote(text="One"), under("note")) for _ in range(5)]
        assert len({note.id for note in await asyncio.gather(*notes)}) == 1
        made = [records.create(scope, ProfileChange(values={"name": "Al"}), under("new")) for _ in range(5)]
        assert len({profile.id for profile in await asyncio.gather(*made)}) == 1
        others = [records.add_note(scope, contact_id, NewNote(text=f"{n}"), under("other")) for n in range(4)]
        refused = await asyncio.gather(*others, return_exceptions=True)
        assert sorted(isinstance(each, KeyReused) for each in refused) == [False, True, True, True]

        added = [
            records.update_tags(scope, contact_id, TagChange(mode=TagMode.ADD, tags=(f"tag {n}",)), Writing())
            for n in range(6)
        ]
        await asyncio.gather(*added)
        profile = await records.contact(scope, contact_id)
        assert (len(profile.tags), profile.version) == (6, 6)

        changes = [
            records.change(scope, contact_id, ProfileChange(values={"name": f"Jo {n}"}), Writing(), expected_version=6)
            for n in range(4)
        ]
        lost = [isinstance(each, ContactChanged) for each in await asyncio.gather(*changes, return_exceptions=True)]
        assert sorted(lost) == [False, True, True, True]

        fields = [desk.fields.add(scope, NewField(key="plan", type=FieldType.TEXT), Writing()) for _ in range(3)]
        taken = [isinstance(each, FieldExists) for each in await asyncio.gather(*fields, return_exceptions=True)]
        assert sorted(taken) == [False, True, True]
        pipes = [desk.pipelines.add(scope, "Support", [StageDraft(name="A")], Writing()) for _ in range(3)]
        named = [isinstance(each, PipelineExists) for each in await asyncio.gather(*pipes, return_exceptions=True)]
        assert sorted(named) == [False, True, True]


async def test_everything_of_a_contact_can_be_kept_and_erased_on_either_database(
    tmp_path: Path, database_url: str
) -> None:
    async with open_desk(tmp_path, database_url) as desk:
        company = await open_company(desk)
        scope, contact_id, records = company.ada, company.contact_id, desk.records
        await desk.fields.add(scope, NewField(key="plan", type=FieldType.CHOICE, choices=("Basic", "Pro")), Writing())
        await desk.pipelines.add(scope, "Sales", [StageDraft(name="Lead"), StageDraft(name="Won")], Writing())
        values = {"name": "Zoë 100%", "email": "zoe@example.com", "phone": "+442079460958"}
        change = ProfileChange(values=values, custom_fields={"plan": "pro"}, tags=("vip",))
        await records.change(scope, contact_id, change, under("change"))
        await records.set_pipeline(scope, contact_id, PipelineMove(stage="won"), under("move"))
        await records.add_note(scope, contact_id, NewNote(text="A note\nof two lines"), under("note"))
        data = {"nested": [1, {"a": None}], "text": "ü"}
        event = NewEvent(title="Bought", category=EventCategory.PURCHASE, data=data)
        await records.add_event(scope, contact_id, event, under("event"))

        async with desk.client(scope) as client:
            wanted = {"q": "zoë 100%", "tag": "vip", "stage": "WON"}
            (found,) = (await client.get(CONTACTS, params=wanted)).json()["items"]
            assert (found["custom_fields"], found["pipeline"]["stage"]) == ({"plan": "Pro"}, "Won")
            timeline = (await client.get(f"{CONTACTS}/{contact_id}/timeline")).json()["items"]
            assert [item["data"]["data"] for item in timeline if item["kind"] == "event"] == [data]
        assert await records.erase(scope, contact_id) == 4 + 2 + 5 + 4
        assert (await records.contact(scope, contact_id)).name is None
