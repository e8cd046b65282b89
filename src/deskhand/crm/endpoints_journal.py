"""What happened with contacts over HTTP: notes, events, changes, and all of it in one timeline.

Above: the application. Below: the records, the timeline.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from deskhand.crm.journal import EventFilter, NoteFilter
from deskhand.crm.model import EventCategory, EventPriority, NoteType, Visibility
from deskhand.crm.records import BuiltInRecords
from deskhand.crm.schemas import ContactId, IdempotencyKey, Limit, Offset, Reader, Writer, staff_writing
from deskhand.crm.schemas_journal import (
    ChangePageOut,
    Cursor,
    EventIn,
    EventOut,
    EventPageOut,
    Kinds,
    NoteId,
    NoteIn,
    NoteOut,
    NotePageOut,
    TimelineOut,
    change_out,
    event_out,
    note_out,
    timeline_out,
)
from deskhand.crm.timeline import Timeline
from deskhand.kit.problems import responses


class JournalEndpoints:
    """Routes of notes, events and timelines."""

    def __init__(self, *, records: BuiltInRecords, timeline: Timeline) -> None:
        self._records = records
        self._timeline = timeline
        self.router = APIRouter(prefix="/api/v1/crm/contacts/{contact_id}", tags=["crm"])
        add = self.router.add_api_route
        found, written = responses(401, 403, 404, 422), responses(401, 403, 404, 409, 422)
        add("/notes", self.list_contact_notes, methods=["GET"], responses=found)
        add("/notes", self.add_contact_note, methods=["POST"], status_code=201, responses=written)
        add("/notes/{note_id}", self.remove_contact_note, methods=["DELETE"], status_code=204, responses=written)
        add("/events", self.list_contact_events, methods=["GET"], responses=found)
        add("/events", self.add_contact_event, methods=["POST"], status_code=201, responses=written)
        add("/history", self.list_contact_changes, methods=["GET"], responses=found)
        add("/timeline", self.contact_timeline, methods=["GET"], responses=found)

    async def list_contact_notes(
        self,
        contact_id: ContactId,
        scope: Reader,
        type: Annotated[NoteType | None, Query()] = None,  # noqa: A002 - the parameter's public name
        visibility: Annotated[Visibility | None, Query()] = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> NotePageOut:
        """A contact's notes, newest first."""
        wanted = NoteFilter(type=type, visibility=visibility)
        notes, total = await self._records.notes(scope, contact_id, wanted, limit=limit, offset=offset)
        return NotePageOut(items=[note_out(note) for note in notes], total=total, limit=limit, offset=offset)

    async def add_contact_note(
        self, contact_id: ContactId, body: NoteIn, scope: Writer, idempotency_key: IdempotencyKey = None
    ) -> NoteOut:
        """Write a note on a contact."""
        writing = staff_writing(scope, idempotency_key, body)
        return note_out(await self._records.add_note(scope, contact_id, body.note(), writing))

    async def remove_contact_note(
        self, contact_id: ContactId, note_id: NoteId, scope: Writer, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Take a note away. That there was one stays in the history."""
        await self._records.remove_note(scope, contact_id, note_id, staff_writing(scope, idempotency_key))
        return Response(status_code=204)

    async def list_contact_events(
        self,
        contact_id: ContactId,
        scope: Reader,
        category: Annotated[EventCategory | None, Query()] = None,
        priority: Annotated[EventPriority | None, Query()] = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> EventPageOut:
        """What happened with a contact, the latest first."""
        wanted = EventFilter(category=category, priority=priority)
        events, total = await self._records.events(scope, contact_id, wanted, limit=limit, offset=offset)
        return EventPageOut(items=[event_out(event) for event in events], total=total, limit=limit, offset=offset)

    async def add_contact_event(
        self, contact_id: ContactId, body: EventIn, scope: Writer, idempotency_key: IdempotencyKey = None
    ) -> EventOut:
        """Note that something happened with a contact."""
        writing = staff_writing(scope, idempotency_key, body)
        return event_out(await self._records.add_event(scope, contact_id, body.event(), writing))

    async def list_contact_changes(
        self, contact_id: ContactId, scope: Reader, limit: Limit = 50, offset: Offset = 0
    ) -> ChangePageOut:
        """Who changed what of a contact, newest first."""
        changes, total = await self._records.history(scope, contact_id, limit=limit, offset=offset)
        return ChangePageOut(items=[change_out(change) for change in changes], total=total, limit=limit, offset=offset)

    async def contact_timeline(
        self,
        contact_id: ContactId,
        scope: Reader,
        kind: Kinds = [],  # noqa: B006 - FastAPI's own way to say "none"; never changed
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> TimelineOut:
        """Everything that happened with a contact, newest first."""
        return timeline_out(await self._timeline.page(scope, contact_id, cursor=cursor, kinds=kind, limit=limit))
