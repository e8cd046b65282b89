"""A contact's timeline: notes, events, changes and whatever other parts of the house add, newest first, by cursor.

Above: the endpoints. Below: the journal. Other parts (conversations, deliveries) come in through `TimelineSource`,
which the wiring fills. A cursor names the last item that was seen, so that what is added meanwhile shifts nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.changing import EVENT_ADDED, NOTE_ADDED, ContactDesk
from deskhand.crm.journal import JournalRepository, Place
from deskhand.crm.model import Actor, ContactEvent, ContactNote, HistoryEntry, InvalidContact
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

NOTE = "note"
EVENT = "event"
CHANGE = "change"
_CURSOR = re.compile(r"(-?[0-9]{1,18})_([A-Za-z0-9_-]{1,60})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineItem:
    """Something that happened with a contact. `kind` is `note`, `event`, `change` or a source's own word."""

    id: str
    kind: str
    at: datetime
    title: str
    text: str | None = None
    by: Actor | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelinePage:
    """`next_cursor` leads to what comes behind; None at the end."""

    items: tuple[TimelineItem, ...]
    next_cursor: str | None


class TimelineSource(Protocol):
    """Another part of the house that knows what happened with a contact."""

    kind: str

    async def before(
        self, db: AsyncSession, scope: TenantScope, contact_id: str, place: Place | None, limit: int
    ) -> Sequence[TimelineItem]:
        """The newest items of its kind behind the place (by moment, then by id), newest first, at most so many."""
        ...


class Timeline:
    """The timelines of every tenant's contacts."""

    def __init__(self, *, store: TenantStore, clock: Clock, sources: Sequence[TimelineSource] = ()) -> None:
        self._store = store
        self._clock = clock
        self._sources = tuple(sources)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Those there are."""
        return (NOTE, EVENT, CHANGE, *(source.kind for source in self._sources))

    async def page(
        self, scope: TenantScope, contact_id: str, *, cursor: str | None, kinds: Sequence[str], limit: int
    ) -> TimelinePage:
        """What happened, newest first; of these kinds, or of all when none is named.

        Raises:
            UnknownContact: when there is no such contact.
            InvalidContact: when the cursor is none, or a kind is unknown.
        """
        place = None if cursor is None else place_in(cursor)
        unknown = sorted(set(kinds) - set(self.kinds))
        if unknown:
            raise InvalidContact(f"There is no kind {unknown[0][:40]!r}: take of {', '.join(self.kinds)}.")
        async with self._store.read(scope) as db:
            desk = ContactDesk(db, scope, self._clock)
            await desk.contacts.require(contact_id)
            found = await self._journal(desk.journal, contact_id, place, kinds, limit + 1)
            for source in self._sources:
                if _wanted(source.kind, kinds):
                    found += await source.before(db, scope, contact_id, place, limit + 1)
        ordered = sorted(found, key=lambda item: (item.at, item.id), reverse=True)
        shown = tuple(ordered[:limit])
        return TimelinePage(items=shown, next_cursor=cursor_of(shown[-1]) if len(ordered) > limit else None)

    async def _journal(
        self, journal: JournalRepository, contact_id: str, place: Place | None, kinds: Sequence[str], limit: int
    ) -> list[TimelineItem]:
        found: list[TimelineItem] = []
        if _wanted(NOTE, kinds):
            found += [_of_note(note) for note in await journal.notes_before(contact_id, place, limit)]
        if _wanted(EVENT, kinds):
            found += [_of_event(event) for event in await journal.events_before(contact_id, place, limit)]
        if _wanted(CHANGE, kinds):
            # Notes and events stand there themselves.
            own = (NOTE_ADDED, EVENT_ADDED)
            changes = await journal.changes_before(contact_id, place, limit, without=own)
            found += [_of_change(change) for change in changes]
        return found


def cursor_of(item: TimelineItem) -> str:
    """The cursor behind an item."""
    return f"{(item.at - _EPOCH) // _MICROSECOND}_{item.id}"


def place_in(cursor: str) -> Place:
    """Where a cursor points. Raises InvalidContact."""
    match = _CURSOR.fullmatch(cursor)
    try:
        if match is not None:
            return Place(at=_EPOCH + int(match[1]) * _MICROSECOND, id=match[2])
    except OverflowError:
        pass
    raise InvalidContact(f"{cursor[:80]!r} is no cursor: take `next_cursor` of the page before, or leave it out.")


def _wanted(kind: str, kinds: Sequence[str]) -> bool:
    return not kinds or kind in kinds


def _of_note(note: ContactNote) -> TimelineItem:
    data = {"type": note.type.value, "visibility": note.visibility.value}
    title = note.type.value.replace("_", " ").capitalize()
    return TimelineItem(id=note.id, kind=NOTE, at=note.created_at, title=title, text=note.text, by=note.by, data=data)


def _of_event(event: ContactEvent) -> TimelineItem:
    data = {"category": event.category.value, "priority": event.priority.value, "data": event.data}
    return TimelineItem(id=event.id, kind=EVENT, at=event.occurred_at, title=event.title, by=event.by, data=data)


def _of_change(change: HistoryEntry) -> TimelineItem:
    title = change.kind.replace("_", " ").capitalize()
    data = {"change": change.kind, **change.detail}
    return TimelineItem(id=change.id, kind=CHANGE, at=change.at, title=title, by=change.by, data=data)
