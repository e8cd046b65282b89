"""The timeline of a contact: everything once, newest first, however it is cut into pages."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from crm.desks import FILE, START, SUPPORT, Company, Desk, open_company, open_desk
from deskhand.crm.journal import Place
from deskhand.crm.model import EventCategory, InvalidContact, NewEvent, NewNote
from deskhand.crm.timeline import TimelineItem, cursor_of, place_in
from deskhand.tenancy.scope import TenantScope
from shops import Send


@pytest.fixture
def timeline(company: Company) -> str:
    return f"/api/v1/crm/contacts/{company.contact_id}/timeline"


async def filled(desk: Desk, company: Company) -> None:
    """Notes and events at moments of which several are the same, and out of their order."""
    for number in range(7):
        if number % 3 == 0:
            desk.clock.move(minutes=1)
        await desk.records.add_note(company.ada, company.contact_id, NewNote(text=f"Note {number}"), SUPPORT)
        at = START + timedelta(seconds=[5, 60, 3, 60, 7, 120, 1][number])
        event = NewEvent(title=f"Event {number}", category=EventCategory.ISSUE, occurred_at=at)
        await desk.records.add_event(company.ada, company.contact_id, event, SUPPORT)


async def pages(client: httpx.AsyncClient, path: str, **wanted: Any) -> list[list[dict[str, Any]]]:
    """All pages, by their cursors."""
    found, cursor = [], None
    while True:
        params = wanted | ({"cursor": cursor} if cursor else {})
        body = (await client.get(path, params=params)).json()
        found.append(body["items"])
        cursor = body["next_cursor"]
        if cursor is None:
            return found


async def test_pages_of_every_size_tell_everything_once_newest_first(
    ada: httpx.AsyncClient, timeline: str, desk: Desk, company: Company
) -> None:
    await filled(desk, company)
    (whole,) = await pages(ada, timeline)
    assert len(whole) == 14
    order = [(item["at"], item["id"]) for item in whole]
    assert order == sorted(order, reverse=True)
    for limit in (1, 2, 3, 5, 13, 14):
        cut = await pages(ada, timeline, limit=limit)
        assert [item for page in cut for item in page] == whole
        assert len(cut) == -(-14 // limit)


async def test_what_comes_in_meanwhile_shifts_nothing(
    ada: httpx.AsyncClient, timeline: str, desk: Desk, company: Company
) -> None:
    await filled(desk, company)
    (whole,) = await pages(ada, timeline)
    first = (await ada.get(timeline, params={"limit": 5})).json()
    desk.clock.move(minutes=1)
    await desk.records.add_note(company.ada, company.contact_id, NewNote(text="New"), SUPPORT)
    rest = (await ada.get(timeline, params={"cursor": first["next_cursor"]})).json()["items"]
    assert first["items"] + rest == whole


async def test_kinds_are_picked_and_changes_tell_notes_and_events_once(
    ada: httpx.AsyncClient, timeline: str, desk: Desk, company: Company
) -> None:
    await filled(desk, company)
    await ada.patch(f"/api/v1/crm/contacts/{company.contact_id}", json={"name": "Jo"})
    kinds = [item["kind"] for item in (await ada.get(timeline)).json()["items"]]
    assert (kinds.count("note"), kinds.count("event"), kinds.count("change")) == (7, 7, 1)
    (change,) = (await ada.get(timeline, params={"kind": "change"})).json()["items"]
    assert (change["title"], change["data"]["change"]) == ("Profile changed", "profile_changed")
    both = (await ada.get(timeline, params={"kind": ["note", "change"], "limit": 100})).json()["items"]
    assert len(both) == 8
    unknown = await ada.get(timeline, params={"kind": "dream"})
    assert (unknown.status_code, "note, event, change" in unknown.json()["detail"]) == (422, True)


@pytest.mark.parametrize("cursor", ["", "x", "1", "_", "--1_a", "1_", "1_a b", "999999999999999999_a", "٣_a"])
async def test_what_is_no_cursor_is_refused(cursor: str, ada: httpx.AsyncClient, timeline: str) -> None:
    answer = await ada.get(timeline, params={"cursor": cursor})
    assert answer.status_code == 422
    assert "cursor" in answer.json()["detail"]


@given(
    at=st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    item_id=st.from_regex(r"[A-Za-z0-9_-]{1,60}", fullmatch=True),
)
def test_a_cursor_leads_back_to_its_item(at: datetime, item_id: str) -> None:
    item = TimelineItem(id=item_id, kind="note", at=at, title="One")
    assert place_in(cursor_of(item)) == Place(at=at, id=item_id)


@given(st.text(max_size=100))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    try:
        place = place_in(text)
    except InvalidContact:
        return
    assert text.endswith(f"_{place.id}")


class Messages:
    """Another part of the house, with messages of one contact."""

    kind = "message"

    def __init__(self) -> None:
        self.of: dict[str, list[TimelineItem]] = {}

    async def before(
        self,
        db: AsyncSession,  # noqa: ARG002 - the port's
        scope: TenantScope,  # noqa: ARG002 - the port's
        contact_id: str,
        place: Place | None,
        limit: int,
    ) -> Sequence[TimelineItem]:
        items = sorted(self.of.get(contact_id, []), key=lambda item: (item.at, item.id), reverse=True)
        behind = [item for item in items if place is None or (item.at, item.id) < (place.at, place.id)]
        return behind[:limit]


async def test_other_parts_of_the_house_add_what_they_know(tmp_path: Path, migrated: Path) -> None:
    shutil.copy(migrated, tmp_path / FILE)
    messages = Messages()
    async with open_desk(tmp_path, sources=[messages]) as desk:
        company = await open_company(desk)
        messages.of[company.contact_id] = [
            TimelineItem(
                id=f"msg_{n}", kind="message", at=START + timedelta(seconds=20 * n), title="Message", text=f"{n}"
            )
            for n in range(9)
        ]
        await filled(desk, company)
        path = f"/api/v1/crm/contacts/{company.contact_id}/timeline"
        async with desk.client(company.ada) as client:
            (whole,) = await pages(client, path)
            assert [item["at"] for item in whole] == sorted((item["at"] for item in whole), reverse=True)
            assert len(whole) == 14 + 9
            assert [item for page in await pages(client, path, limit=4) for item in page] == whole
            only = (await client.get(path, params={"kind": "message"})).json()["items"]
            assert [item["text"] for item in only] == [f"{n}" for n in range(8, -1, -1)]


async def test_what_was_said_stands_among_it_and_is_read_on_by_the_same_cursors(
    owner: httpx.AsyncClient, contact: httpx.AsyncClient, session_id: str, send: Send
) -> None:
    await send("How long can I return a helmet?")
    session = (await contact.get(f"/api/v1/sessions/{session_id}")).json()
    path = f"/api/v1/crm/contacts/{session['contact_id']}"
    assert (await owner.post(f"{path}/notes", json={"text": "Asked for a helmet."})).status_code == 201
    await send("What does express delivery cost?")
    (whole,) = await pages(owner, f"{path}/timeline", kind=["message", "note"])
    assert [item["kind"] for item in whole] == ["message", "message", "note", "message", "message"]
    (newest, *_, oldest) = whole
    assert (oldest["title"], oldest["text"]) == ("Customer message", "How long can I return a helmet?")
    assert (newest["title"], newest["by"]["kind"]) == ("Agent message", "agent")
    assert newest["data"] == {"role": "agent", "thread_id": session["thread_id"], "session_id": session_id}
    cut = await pages(owner, f"{path}/timeline", kind=["message", "note"], limit=2)
    assert [item for page in cut for item in page] == whole
    another = (await contact.get(f"{path}/timeline")).status_code
    assert another in {403, 404}
