"""Events of contacts."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from crm.desks import START, SUPPORT, Company, Desk
from deskhand.crm.model import EventCategory, InvalidContact, NewEvent


@pytest.fixture
def events(company: Company) -> str:
    return f"/api/v1/crm/contacts/{company.contact_id}/events"


def nested(levels: int) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for _ in range(levels):
        data = {"in": data}
    return data


async def test_an_event_is_kept_whole_and_listed_by_when_it_happened(
    ada: httpx.AsyncClient, events: str, company: Company
) -> None:
    data = {"order": "A-1044", "lines": [{"sku": "ü", "count": 2}], "paid": True, "note": None}
    late = {"title": "Bought a helmet", "category": "purchase", "priority": "high", "data": data}
    first = await ada.post(events, json=late)
    assert first.status_code == 201
    assert {name: first.json()[name] for name in late} == late
    early = {"title": "Called", "category": "interaction", "occurred_at": "2026-03-01T23:30:00-02:00"}
    second = (await ada.post(events, json=early)).json()
    assert second["occurred_at"] == "2026-03-02T01:30:00Z"
    assert second["by"] == {"kind": "user", "id": company.ada.user_id, "turn_id": None}
    listed = (await ada.get(events)).json()
    assert [item["title"] for item in listed["items"]] == ["Bought a helmet", "Called"]
    assert listed["items"][1] == second
    assert listed["total"] == 2


async def test_events_of_long_ago_have_their_place_in_the_timeline(ada: httpx.AsyncClient, events: str) -> None:
    for title, at in (("Founded", "1899-12-31T23:00:00Z"), ("Older", "0001-01-01T00:00:00Z")):
        await ada.post(events, json={"title": title, "category": "milestone", "occurred_at": at})
    timeline = events.replace("/events", "/timeline")
    first = (await ada.get(timeline, params={"limit": 1})).json()
    second = (await ada.get(timeline, params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert [page["items"][0]["title"] for page in (first, second)] == ["Founded", "Older"]


async def test_events_are_narrowed_and_cut(ada: httpx.AsyncClient, events: str) -> None:
    for title, category, priority in (("1", "issue", "urgent"), ("2", "issue", "low"), ("3", "system", "urgent")):
        await ada.post(events, json={"title": title, "category": category, "priority": priority})

    async def titles(**wanted: Any) -> list[str]:
        return [item["title"] for item in (await ada.get(events, params=wanted)).json()["items"]]

    assert await titles(category="issue") == ["2", "1"]
    assert await titles(priority="urgent") == ["3", "1"]
    assert await titles(limit=1, offset=2) == ["1"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"title": " "}, "title is empty"),
        ({"title": "x" * 201}, "at most 200"),
        ({"category": "party"}, "category"),
        ({"priority": "extreme"}, "priority"),
        ({"data": [1]}, "data"),
        ({"data": {"text": "x" * 16_384}}, "at most 16,384"),
        ({"data": nested(25)}, "20 levels"),
        ({"data": {"text": "a\x00b"}}, "without NULs"),
        ({"occurred_at": "2026-03-01T23:30:00"}, "occurred_at"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "outside of all calendars"),
    ],
)
async def test_an_event_that_cannot_be_kept_is_refused(
    fields: dict[str, Any], says: str, ada: httpx.AsyncClient, events: str
) -> None:
    answer = await ada.post(events, json={"title": "One", "category": "issue"} | fields)
    assert answer.status_code == 422
    assert says in answer.text
    assert (await ada.get(events)).json()["total"] == 0


async def test_data_may_fill_its_bounds(ada: httpx.AsyncClient, events: str) -> None:
    full = {"text": "x" * (16_384 - len('{"text": ""}'))}
    for data in (full, nested(19)):
        answer = await ada.post(events, json={"title": "One", "category": "issue", "data": data})
        assert (answer.status_code, answer.json()["data"]) == (201, data)


@pytest.mark.parametrize(
    "data",
    [{"x": float("nan")}, {"x": object()}, {"x": {1, 2}}, {"x": "\ud800"}, nested(2_000)],
    ids=["nan", "object", "set", "surrogate", "deep"],
)
async def test_data_that_is_no_json_is_refused(data: dict[str, Any], company: Company, desk: Desk) -> None:
    new = NewEvent(title="One", category=EventCategory.ISSUE, data=data)
    with pytest.raises(InvalidContact, match="data"):
        await desk.records.add_event(company.ada, company.contact_id, new, SUPPORT)


async def test_a_moment_without_a_zone_is_refused(company: Company, desk: Desk) -> None:
    naive = START.replace(tzinfo=None)
    assert isinstance(naive, datetime)
    new = NewEvent(title="One", category=EventCategory.ISSUE, occurred_at=naive)
    with pytest.raises(InvalidContact, match="has no time zone"):
        await desk.records.add_event(company.ada, company.contact_id, new, SUPPORT)


async def test_each_event_is_in_the_history(ada: httpx.AsyncClient, events: str, desk: Desk, company: Company) -> None:
    event = (await ada.post(events, json={"title": "One", "category": "issue"})).json()
    (entry,) = await desk.history(company.ada, company.contact_id)
    assert (entry.kind, entry.detail) == (
        "event_added",
        {"event_id": event["id"], "category": "issue", "priority": "normal"},
    )
