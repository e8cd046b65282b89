"""Notes on contacts."""

from typing import Any

import httpx
import pytest

from crm.desks import SUPPORT, Company, Desk
from deskhand.crm.model import NewNote, NoteType, Visibility


@pytest.fixture
def notes(company: Company) -> str:
    return f"/api/v1/crm/contacts/{company.contact_id}/notes"


async def test_notes_are_listed_newest_first_with_who_wrote_them(
    ada: httpx.AsyncClient, notes: str, desk: Desk, company: Company
) -> None:
    first = await ada.post(notes, json={"text": " Prefers\r\ncalls. ", "type": "call_log", "visibility": "shared"})
    assert first.status_code == 201
    desk.clock.move(minutes=1)
    written = NewNote(text="Asked for a refund.", type=NoteType.FOLLOW_UP, visibility=Visibility.INTERNAL)
    second = await desk.records.add_note(company.contact, company.contact_id, written, SUPPORT)
    page = (await ada.get(notes)).json()
    assert [item["id"] for item in page["items"]] == [second.id, first.json()["id"]]
    assert (page["items"][1]["text"], page["items"][1]["visibility"]) == ("Prefers\ncalls.", "shared")
    assert [item["by"]["id"] for item in page["items"]] == ["support", company.ada.user_id]
    assert page["items"][0]["by"] == {"kind": "agent", "id": "support", "turn_id": "trn_1"}


async def test_notes_are_narrowed_and_cut(ada: httpx.AsyncClient, notes: str) -> None:
    for kind, visibility in (("meeting", "shared"), ("general", "internal"), ("meeting", "internal")):
        await ada.post(notes, json={"text": f"{kind} {visibility}", "type": kind, "visibility": visibility})

    async def texts(**wanted: Any) -> list[str]:
        return [item["text"] for item in (await ada.get(notes, params=wanted)).json()["items"]]

    assert await texts(type="meeting") == ["meeting internal", "meeting shared"]
    assert await texts(visibility="shared") == ["meeting shared"]
    assert await texts(limit=1, offset=1) == ["general internal"]
    assert (await ada.get(notes, params={"type": "poem"})).status_code == 422


async def test_a_note_can_be_taken_away_and_the_history_remembers(
    ada: httpx.AsyncClient, notes: str, desk: Desk, company: Company
) -> None:
    note = (await ada.post(notes, json={"text": "A mistake"})).json()
    other = await company.another()
    wrong = await ada.delete(f"/api/v1/crm/contacts/{other}/notes/{note['id']}")
    assert (wrong.status_code, wrong.json()["code"]) == (404, "unknown_note")
    assert (await ada.delete(f"{notes}/{note['id']}")).status_code == 204
    assert (await ada.delete(f"{notes}/{note['id']}")).json()["code"] == "unknown_note"
    kinds = [(entry.kind, entry.detail["note_id"]) for entry in await desk.history(company.ada, company.contact_id)]
    assert kinds == [("note_added", note["id"]), ("note_removed", note["id"])]
    assert "A mistake" not in str(await desk.history(company.ada, company.contact_id))


async def test_a_note_leaves_the_contacts_version_alone(ada: httpx.AsyncClient, notes: str) -> None:
    await ada.post(notes, json={"text": "One"})
    assert (await ada.get(notes.removesuffix("/notes"))).json()["version"] == 0


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"text": " \n "}, "note is empty"),
        ({"text": "x" * 10_001}, "at most 10,000"),
        ({"text": "x" * 30_000}, "text"),
        ({"text": "a\x07b"}, "control characters"),
        ({"text": "One", "type": "poem"}, "type"),
        ({"text": "One", "visibility": "public"}, "visibility"),
        ({"text": "One", "colour": "red"}, "colour"),
        ({}, "text"),
    ],
)
async def test_a_note_that_cannot_be_kept_is_refused(
    body: dict[str, Any], says: str, ada: httpx.AsyncClient, notes: str
) -> None:
    answer = await ada.post(notes, json=body)
    assert answer.status_code == 422
    assert says in answer.text
    assert (await ada.get(notes)).json()["total"] == 0
