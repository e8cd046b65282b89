"""SQL of what happens with contacts: notes, events, and the history of every change; inside the caller's transaction.

Above: the records, the timeline. Below: the tables. Nothing here is ever changed; a note can be taken away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.model import (
    Actor,
    ActorKind,
    ContactEvent,
    ContactNote,
    EventCategory,
    EventPriority,
    HistoryEntry,
    NewEvent,
    NewNote,
    NoteType,
    UnknownNote,
    Visibility,
)
from deskhand.crm.tables import CrmEventRow, CrmHistoryRow, CrmNoteRow
from deskhand.crm.values import MAX_NOTE, MAX_TITLE, event_data, moment, plain_line, plain_text
from deskhand.kit.clock import Clock
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope

_UNSYNCED = {"synchronize_session": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteFilter:
    """None takes all."""

    type: NoteType | None = None
    visibility: Visibility | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EventFilter:
    """None takes all."""

    category: EventCategory | None = None
    priority: EventPriority | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place in a list that is newest first: what stands there has this moment and this id."""

    at: datetime
    id: str


class JournalRepository:
    """The journal of one scope's contacts. That the contact is there was seen to before."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def add_note(self, contact_id: str, new: NewNote, by: Actor) -> ContactNote:
        """Raises InvalidContact."""
        row = CrmNoteRow(
            id=new_id("not"),
            contact_id=contact_id,
            type=new.type.value,
            visibility=new.visibility.value,
            text=plain_text("note", new.text, MAX_NOTE),
            created_at=self._clock.now(),
            **self._signed(by),
        )
        self._db.add(row)
        await self._db.flush()
        return _note(row)

    async def remove_note(self, contact_id: str, note_id: str) -> ContactNote:
        """The note as it was. Raises UnknownNote."""
        wanted = select(CrmNoteRow).where(CrmNoteRow.id == note_id, CrmNoteRow.contact_id == contact_id)
        row = await self._db.scalar(wanted)
        if row is None:
            raise UnknownNote(f"There is no note {note_id!r} on this contact: its /notes list those there are.")
        await self._db.delete(row)
        await self._db.flush()
        return _note(row)

    async def add_event(self, contact_id: str, new: NewEvent, by: Actor) -> ContactEvent:
        """Raises InvalidContact."""
        now = self._clock.now()
        row = CrmEventRow(
            id=new_id("evt"),
            contact_id=contact_id,
            category=new.category.value,
            priority=new.priority.value,
            title=plain_line("title", new.title, MAX_TITLE),
            data=event_data(new.data),
            occurred_at=moment(new.occurred_at) if new.occurred_at else now,
            created_at=now,
            **self._signed(by),
        )
        self._db.add(row)
        await self._db.flush()
        return _event(row)

    async def note_change(self, contact_id: str, kind: str, detail: Mapping[str, Any], by: Actor) -> None:
        """Write into the contact's history what was changed, and by whom. `detail` is JSON."""
        row = CrmHistoryRow(
            id=new_id("chg"),
            contact_id=contact_id,
            kind=kind,
            detail=dict(detail),
            at=self._clock.now(),
            **self._signed(by),
        )
        self._db.add(row)
        await self._db.flush()

    async def notes(
        self, contact_id: str, wanted: NoteFilter, *, limit: int, offset: int
    ) -> tuple[tuple[ContactNote, ...], int]:
        """A part of the notes, newest first, and how many there are."""
        of_contact = select(CrmNoteRow).where(CrmNoteRow.contact_id == contact_id)
        if wanted.type is not None:
            of_contact = of_contact.where(CrmNoteRow.type == wanted.type.value)
        if wanted.visibility is not None:
            of_contact = of_contact.where(CrmNoteRow.visibility == wanted.visibility.value)
        ordered = of_contact.order_by(CrmNoteRow.created_at.desc(), CrmNoteRow.id.desc())
        rows, total = await self._page(ordered, limit, offset)
        return tuple(_note(row) for row in rows), total

    async def events(
        self, contact_id: str, wanted: EventFilter, *, limit: int, offset: int
    ) -> tuple[tuple[ContactEvent, ...], int]:
        """A part of the events, the latest first, and how many there are."""
        of_contact = select(CrmEventRow).where(CrmEventRow.contact_id == contact_id)
        if wanted.category is not None:
            of_contact = of_contact.where(CrmEventRow.category == wanted.category.value)
        if wanted.priority is not None:
            of_contact = of_contact.where(CrmEventRow.priority == wanted.priority.value)
        ordered = of_contact.order_by(CrmEventRow.occurred_at.desc(), CrmEventRow.id.desc())
        rows, total = await self._page(ordered, limit, offset)
        return tuple(_event(row) for row in rows), total

    async def history(self, contact_id: str, *, limit: int, offset: int) -> tuple[tuple[HistoryEntry, ...], int]:
        """A part of the changes, newest first, and how many there are."""
        of_contact = select(CrmHistoryRow).where(CrmHistoryRow.contact_id == contact_id)
        ordered = of_contact.order_by(CrmHistoryRow.at.desc(), CrmHistoryRow.id.desc())
        rows, total = await self._page(ordered, limit, offset)
        return tuple(_change(row) for row in rows), total

    async def notes_before(self, contact_id: str, before: Place | None, limit: int) -> tuple[ContactNote, ...]:
        """The newest notes behind that place."""
        rows = await self._before(CrmNoteRow, CrmNoteRow.created_at, contact_id, before, limit)
        return tuple(_note(row) for row in rows)

    async def events_before(self, contact_id: str, before: Place | None, limit: int) -> tuple[ContactEvent, ...]:
        """The latest events behind that place."""
        rows = await self._before(CrmEventRow, CrmEventRow.occurred_at, contact_id, before, limit)
        return tuple(_event(row) for row in rows)

    async def changes_before(
        self, contact_id: str, before: Place | None, limit: int, *, without: Sequence[str] = ()
    ) -> tuple[HistoryEntry, ...]:
        """The newest changes behind that place, but for those of some kinds."""
        others = CrmHistoryRow.kind.not_in(without)
        rows = await self._before(CrmHistoryRow, CrmHistoryRow.at, contact_id, before, limit, others)
        return tuple(_change(row) for row in rows)

    async def erase(self, contact_id: str) -> int:
        """Everything of the contact; how many rows."""
        erased = 0
        for table in (CrmNoteRow, CrmEventRow, CrmHistoryRow):
            gone = await self._db.execute(
                delete(table).where(table.contact_id == contact_id), execution_options=_UNSYNCED
            )
            erased += int(gone.rowcount)  # type: ignore[attr-defined] # a statement that changes rows counts them
        return erased

    async def _page(self, ordered: Select[Any], limit: int, offset: int) -> tuple[Sequence[Any], int]:
        counted = ordered.order_by(None).subquery()
        total = await self._db.scalar(select(func.count()).select_from(counted))
        return (await self._db.scalars(ordered.limit(limit).offset(offset))).all(), total or 0

    async def _before(
        self, table: Any, at: Any, contact_id: str, before: Place | None, limit: int, *conditions: Any
    ) -> Sequence[Any]:
        wanted = select(table).where(table.contact_id == contact_id, *conditions)
        if before is not None:
            wanted = wanted.where(or_(at < before.at, and_(at == before.at, table.id < before.id)))
        return (await self._db.scalars(wanted.order_by(at.desc(), table.id.desc()).limit(limit))).all()

    def _signed(self, by: Actor) -> dict[str, Any]:
        return {
            "tenant_id": self._scope.tenant_id,
            "actor_kind": by.kind.value,
            "actor_id": by.id,
            "turn_id": by.turn_id,
        }


def _actor(row: CrmNoteRow | CrmEventRow | CrmHistoryRow) -> Actor:
    return Actor(kind=ActorKind(row.actor_kind), id=row.actor_id, turn_id=row.turn_id)


def _note(row: CrmNoteRow) -> ContactNote:
    return ContactNote(
        id=row.id,
        contact_id=row.contact_id,
        type=NoteType(row.type),
        visibility=Visibility(row.visibility),
        text=row.text,
        by=_actor(row),
        created_at=row.created_at,
    )


def _event(row: CrmEventRow) -> ContactEvent:
    return ContactEvent(
        id=row.id,
        contact_id=row.contact_id,
        category=EventCategory(row.category),
        priority=EventPriority(row.priority),
        title=row.title,
        data=row.data,
        by=_actor(row),
        occurred_at=row.occurred_at,
        created_at=row.created_at,
    )


def _change(row: CrmHistoryRow) -> HistoryEntry:
    return HistoryEntry(
        id=row.id, contact_id=row.contact_id, kind=row.kind, detail=row.detail, by=_actor(row), at=row.at
    )
