"""Changes in an external CRM: under their key, with their author, and noted here."""

import json

import pytest

from crm.desks import START, SUPPORT
from crm.far_sides import UNDER_KEY, Scene
from deskhand.crm.external_http import CRMRefusesKey, RefusedByCRM, UnusableAnswer
from deskhand.crm.model import (
    EventCategory,
    InvalidContact,
    NewEvent,
    NewNote,
    PipelineMove,
    ProfileChange,
    TagChange,
    TagMode,
    Writing,
)
from deskhand.kit.errors import KeyReused
from deskhand.tenancy.scope import UnknownContact
from deskhand.testing.failing_server import Answer, Step
from deskhand.tools.contract import TransientError

BY = {"kind": "agent", "id": "support", "turn_id": "trn_1"}
BOUGHT = {"title": "Bought", "category": "purchase", "priority": "normal", "data": {"order": 7}}
SENT = [
    ("PATCH", "", {"name": "Jo", "custom_fields": {"seats": 3}, "tags": ["vip"], "by": BY}),
    ("POST", "/tags", {"mode": "add", "tags": ["b", "new"], "by": BY}),
    ("PUT", "/pipeline", {"pipeline": "Sales", "stage": "Won", "by": BY}),
    ("POST", "/notes", {"text": "Hello", "type": "general", "visibility": "internal", "by": BY}),
    ("POST", "/events", BOUGHT | {"occurred_at": "2026-03-02T09:00:00+00:00", "by": BY}),
]


async def test_changes_go_under_the_contacts_address_with_key_and_author(scene: Scene) -> None:
    scene.plays(scene.contact(name="Jo"))
    for under in ("/tags", "/pipeline"):
        scene.plays(scene.contact(), under=under)
    for under in ("/notes", "/events"):
        scene.plays(Answer(status=201, body={"id": f"their{under}"}), under=under)
    scope, contact_id, records = scene.company.contact, scene.company.contact_id, scene.records

    change = ProfileChange(values={"name": " Jo "}, custom_fields={"seats": 3}, tags=("VIP",))
    assert (await records.change(scope, contact_id, change, UNDER_KEY)).name == "Jo"
    await records.update_tags(scope, contact_id, TagChange(mode=TagMode.ADD, tags=("New", "b")), UNDER_KEY)
    await records.set_pipeline(scope, contact_id, PipelineMove(pipeline="Sales", stage="Won"), UNDER_KEY)
    note = await records.add_note(scope, contact_id, NewNote(text=" Hello "), UNDER_KEY)
    event = NewEvent(title="Bought", category=EventCategory.PURCHASE, data={"order": 7})
    bought = await records.add_event(scope, contact_id, event, SUPPORT)

    assert (note.id, note.text, note.by) == ("their/notes", "Hello", UNDER_KEY.by)
    assert (bought.id, bought.occurred_at, bought.data) == ("their/events", START, {"order": 7})
    sent = [(each.method, each.path.removeprefix(scene.path), json.loads(each.body)) for each in scene.server.requests]
    assert sent == SENT
    keys = [each.headers.get("idempotency-key") for each in scene.server.requests]
    assert keys == ["key-1", "key-1", "key-1", "key-1", None]


async def test_each_change_is_in_our_history_without_its_values(scene: Scene) -> None:
    scene.plays(scene.contact(name="Jo"))
    change = ProfileChange(values={"name": "Secret Name"})
    await scene.records.change(scene.company.contact, scene.company.contact_id, change, UNDER_KEY)
    (entry,) = await scene.company.desk.history(scene.company.ada, scene.company.contact_id)
    assert (entry.kind, entry.detail, entry.by) == (
        "external_crm_changed",
        {"request": "PATCH contact", "fields": ["name"]},
        UNDER_KEY.by,
    )


async def test_a_change_drops_what_was_kept(scene: Scene) -> None:
    scene.plays(scene.contact(name="Old"), scene.contact(name="New"))
    scene.plays(scene.contact(tags=["vip"]), under="/tags")
    assert (await scene.looked_up()).name == "Old"
    added = TagChange(mode=TagMode.ADD, tags=("vip",))
    await scene.records.update_tags(scene.company.contact, scene.company.contact_id, added, UNDER_KEY)
    assert (await scene.looked_up()).name == "New"


@pytest.mark.parametrize(
    ("step", "raised"),
    [
        (Answer(status=404), UnknownContact),
        (Answer(status=409), KeyReused),
        (Answer(status=400), RefusedByCRM),
        (Answer(status=422, body={"detail": "no"}), RefusedByCRM),
        (Answer(status=500), TransientError),
        (Answer(status=403), CRMRefusesKey),
        (Answer(body={}), UnusableAnswer),
        (Answer(body={"id": ""}), UnusableAnswer),
        (Answer(status=307, headers={"location": "/base/moved"}), UnusableAnswer),
    ],
    ids=str,
)
async def test_a_change_that_did_not_go_through_says_why(step: Step, raised: type[Exception], scene: Scene) -> None:
    scene.server.script("/base/moved", Answer(status=201, body={"id": "n"}))
    scene.plays(step, under="/notes")
    with pytest.raises(raised):
        await scene.records.add_note(scene.company.contact, scene.company.contact_id, NewNote(text="x"), UNDER_KEY)
    assert scene.server.count("/base/moved") == 0


async def test_what_cannot_be_kept_is_never_sent(scene: Scene) -> None:
    scope, contact_id, records = scene.company.contact, scene.company.contact_id, scene.records
    no_phone = ProfileChange(values={"phone": "1"})
    untitled = NewEvent(title=" ", category=EventCategory.ISSUE)
    spaced = Writing(by=SUPPORT.by, idempotency_key="not a key")
    for attempt in (
        records.add_note(scope, contact_id, NewNote(text=" "), UNDER_KEY),
        records.add_note(scope, contact_id, NewNote(text="x"), spaced),
        records.add_event(scope, contact_id, untitled, UNDER_KEY),
        records.change(scope, contact_id, no_phone, UNDER_KEY),
    ):
        with pytest.raises(InvalidContact):
            await attempt
    assert scene.server.requests == []
