"""What can be done with a contact of the built-in CRM, each step with its line in the contact's history.

Works inside the caller's transaction; `records.py` above opens one and sees to idempotency keys. Below: the
repositories. A step that changes nothing leaves no line and no new version.
"""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.field_definitions import FieldRepository
from deskhand.crm.journal import JournalRepository
from deskhand.crm.ledger import Ledger
from deskhand.crm.model import (
    Actor,
    ContactChanged,
    ContactEvent,
    ContactNote,
    CustomerProfile,
    FieldValue,
    InvalidContact,
    NewEvent,
    NewNote,
    PipelineMove,
    ProfileChange,
    TagChange,
    TagMode,
)
from deskhand.crm.pipelines import PipelineRepository
from deskhand.crm.repository import ContactRepository
from deskhand.crm.values import changed_tags, profile_values
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope

CREATED = "created"
PROFILE_CHANGED = "profile_changed"
TAGS_CHANGED = "tags_changed"
PIPELINE_CHANGED = "pipeline_changed"
NOTE_ADDED = "note_added"
NOTE_REMOVED = "note_removed"
EVENT_ADDED = "event_added"


class ContactDesk:
    """The contacts of one scope, in one transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self.contacts = ContactRepository(db, scope, clock)
        self.journal = JournalRepository(db, scope, clock)
        self.ledger = Ledger(db, scope, clock)
        self._fields = FieldRepository(db, scope, clock)
        self._pipelines = PipelineRepository(db, scope, clock)

    async def create(self, change: ProfileChange, by: Actor) -> CustomerProfile:
        """A new contact. Raises InvalidContact."""
        contact_id = await self.contacts.add()
        await self.journal.note_change(contact_id, CREATED, {}, by)
        return await self.change(contact_id, change, by)

    async def change(
        self, contact_id: str, change: ProfileChange, by: Actor, expected_version: int | None = None
    ) -> CustomerProfile:
        """Raises UnknownContact, InvalidContact; ContactChanged when it has another version than expected."""
        now = await self.contacts.hold(contact_id)
        if expected_version is not None and expected_version != now.version:
            raise ContactChanged(
                f"The contact {contact_id!r} has the version {now.version}, and the change is based on "
                f"{expected_version}: read it again, then change that."
            )
        detail = await self._set_values(now, change) | await self._set_fields(now, change.custom_fields)
        tags = now.tags if change.tags is None else changed_tags((), TagChange(mode=TagMode.REPLACE, tags=change.tags))
        if tags == now.tags and not detail:
            return now
        if detail:
            await self.journal.note_change(contact_id, PROFILE_CHANGED, {"changed": detail}, by)
        await self._set_tags(now, tags, by)
        return await self.contacts.changed(contact_id)

    async def update_tags(self, contact_id: str, change: TagChange, by: Actor) -> CustomerProfile:
        """Raises UnknownContact, InvalidContact."""
        now = await self.contacts.hold(contact_id)
        after = changed_tags(now.tags, change)
        if after == now.tags:
            return now
        await self._set_tags(now, after, by)
        return await self.contacts.changed(contact_id)

    async def set_pipeline(self, contact_id: str, move: PipelineMove, by: Actor) -> CustomerProfile:
        """Raises UnknownContact, UnknownPipeline, UnknownStage."""
        now = await self.contacts.hold(contact_id)
        pipeline, stage = await self._pipelines.meant(move)
        before = next((place for place in now.pipelines if place.id == pipeline.id), None)
        if (before.stage_id if before else None) == (stage.id if stage else None):
            return now
        await self.contacts.set_place(contact_id, pipeline.id, stage.id if stage else None)
        detail = {
            "pipeline_id": pipeline.id,
            "pipeline": pipeline.name,
            "before": before.stage if before else None,
            "after": stage.name if stage else None,
        }
        await self.journal.note_change(contact_id, PIPELINE_CHANGED, detail, by)
        return await self.contacts.changed(contact_id)

    async def add_note(self, contact_id: str, new: NewNote, by: Actor) -> ContactNote:
        """Raises UnknownContact, InvalidContact."""
        await self.contacts.hold(contact_id)
        note = await self.journal.add_note(contact_id, new, by)
        detail = {"note_id": note.id, "type": note.type.value, "visibility": note.visibility.value}
        await self.journal.note_change(contact_id, NOTE_ADDED, detail, by)
        return note

    async def remove_note(self, contact_id: str, note_id: str, by: Actor) -> ContactNote:
        """The note as it was. Raises UnknownContact, UnknownNote."""
        note = await self.journal.remove_note(contact_id, note_id)
        await self.journal.note_change(contact_id, NOTE_REMOVED, {"note_id": note.id, "type": note.type.value}, by)
        return note

    async def add_event(self, contact_id: str, new: NewEvent, by: Actor) -> ContactEvent:
        """Raises UnknownContact, InvalidContact."""
        await self.contacts.hold(contact_id)
        event = await self.journal.add_event(contact_id, new, by)
        detail = {"event_id": event.id, "category": event.category.value, "priority": event.priority.value}
        await self.journal.note_change(contact_id, EVENT_ADDED, detail, by)
        return event

    async def erase(self, contact_id: str) -> int:
        """Everything the CRM knows of the contact, with its history; how many rows. Raises UnknownContact."""
        erased = await self.contacts.erase(contact_id)
        return erased + await self.journal.erase(contact_id) + await self.ledger.erase(contact_id)

    async def _set_values(self, now: CustomerProfile, change: ProfileChange) -> dict[str, object]:
        """Set what differs; before and after by field."""
        given = profile_values(change.values)
        differs = {name: value for name, value in given.items() if getattr(now, name) != value}
        if differs:
            await self.contacts.set_values(now.id, differs)
        return {name: {"before": getattr(now, name), "after": value} for name, value in differs.items()}

    async def _set_fields(self, now: CustomerProfile, given: Mapping[str, FieldValue | None]) -> dict[str, object]:
        """Set the custom fields that differ; before and after by `custom_fields.<key>`."""
        if not given:
            return {}
        fields = {field.key: field for field in await self._fields.all(hold=True)}
        unknown = sorted(set(given) - set(fields))
        if unknown:
            raise InvalidContact(
                f"custom_fields.{unknown[0][:80]}: there is no such field; GET /api/v1/crm/fields lists them."
            )
        checked = {key: None if value is None else fields[key].value(value) for key, value in given.items()}
        changed: dict[str, object] = {}
        for key, value in checked.items():
            before = now.custom_fields.get(key)
            if before != value or type(before) is not type(value):
                await self.contacts.set_field(now.id, fields[key].id, value)
                changed[f"custom_fields.{key}"] = {"before": before, "after": value}
        return changed

    async def _set_tags(self, now: CustomerProfile, after: tuple[str, ...], by: Actor) -> None:
        if after == now.tags:
            return
        await self.contacts.set_tags(now.id, now.tags, after)
        added, removed = sorted(set(after) - set(now.tags)), sorted(set(now.tags) - set(after))
        await self.journal.note_change(now.id, TAGS_CHANGED, {"added": added, "removed": removed}, by)
