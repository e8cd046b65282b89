"""SQL of contacts as the built-in CRM knows them, inside the caller's transaction.

Above: the records. Below: the tables. A contact is one of the tenant's directory; its record is made when something is
first noted of it. Who changes a contact holds its record, so that its changes come one after another.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.model import AccountStatus, ContactFilter, CustomerProfile, FieldValue, PipelinePlace, Source
from deskhand.crm.tables import (
    CrmFieldRow,
    CrmFieldValueRow,
    CrmPipelineRow,
    CrmPlaceRow,
    CrmRecordRow,
    CrmTagRow,
)
from deskhand.crm.values import folded, search_text, search_words, tag
from deskhand.kit.clock import Clock
from deskhand.kit.db import upsert
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope, UnknownContact
from deskhand.tenancy.tables import Contact

_UNSYNCED = {"synchronize_session": False}
_OF_CONTACT = (CrmTagRow, CrmFieldValueRow, CrmPlaceRow, CrmRecordRow)


class ContactRepository:
    """The contacts of one scope."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def find(self, contact_id: str) -> CustomerProfile | None:
        """What is known of the contact; None when there is none."""
        wanted = _contacts().where(Contact.id == contact_id).execution_options(populate_existing=True)
        row = (await self._db.execute(wanted)).first()
        return (await self._profiles([(row[0], row[1])]))[0] if row else None

    async def contact(self, contact_id: str) -> CustomerProfile:
        """Raises UnknownContact."""
        found = await self.find(contact_id)
        if found is None:
            raise _unknown(contact_id)
        return found

    async def page(self, wanted: ContactFilter, *, limit: int, offset: int) -> tuple[tuple[CustomerProfile, ...], int]:
        """A part of the contacts, the newest first, and how many there are."""
        narrowed = _narrowed(wanted)
        if wanted.stage is not None or wanted.pipeline_id is not None:
            narrowed = narrowed.where(Contact.id.in_(await self._standing(wanted)))
        total = await self._db.scalar(select(func.count()).select_from(narrowed.subquery()))
        # Only the ids are sorted: whole rows of all contacts would take many times as long.
        shown = (await self._db.scalars(narrowed.order_by(Contact.id.desc()).limit(limit).offset(offset))).all()
        rows = await self._db.execute(_contacts().where(Contact.id.in_(shown)).order_by(Contact.id.desc()))
        return await self._profiles([(row[0], row[1]) for row in rows.all()]), total or 0

    async def add(self) -> str:
        """A new contact of the directory, of whom nothing is known; its id."""
        contact_id = new_id("con")
        now = self._clock.now()
        self._db.add(Contact(id=contact_id, tenant_id=self._scope.tenant_id, name=None, created_at=now))
        await self._db.flush()
        return contact_id

    async def hold(self, contact_id: str) -> CustomerProfile:
        """The contact, made known to the CRM when it was not, and held until the transaction ends.

        Raises:
            UnknownContact: when there is none.
        """
        await self.require(contact_id)
        now = self._clock.now()
        values = {
            "tenant_id": self._scope.tenant_id,
            "contact_id": contact_id,
            "account_status": AccountStatus.ACTIVE.value,
            "search_text": "",
            "version": 0,
            "created_at": now,
            "updated_at": now,
        }
        made = upsert(self._db, CrmRecordRow).values(values)
        await self._db.execute(made.on_conflict_do_nothing(index_elements=["contact_id"]))
        await self._db.scalar(select(CrmRecordRow).where(CrmRecordRow.contact_id == contact_id).with_for_update())
        return await self.contact(contact_id)

    async def set_values(self, contact_id: str, values: Mapping[str, str | None]) -> None:
        """Fields of the profile, as they are kept."""
        contact, record = await self._rows(contact_id)
        for name, value in values.items():
            setattr(contact if name == "name" else record, name, value)
        record.search_text = search_text(
            name=contact.name, email=record.email, phone=record.phone, company=record.company
        )
        await self._db.flush()

    async def set_tags(self, contact_id: str, before: Iterable[str], after: Iterable[str]) -> None:
        gone, new = set(before) - set(after), sorted(set(after) - set(before))
        if gone:
            await self._delete(CrmTagRow, CrmTagRow.contact_id == contact_id, CrmTagRow.tag.in_(sorted(gone)))
        tenant_id = self._scope.tenant_id
        self._db.add_all(CrmTagRow(tenant_id=tenant_id, contact_id=contact_id, tag=each) for each in new)
        await self._db.flush()

    async def set_field(self, contact_id: str, field_id: str, value: FieldValue | None) -> None:
        """Give it the value, as it is kept; None takes it away."""
        if value is None:
            of_both = (CrmFieldValueRow.contact_id == contact_id, CrmFieldValueRow.field_id == field_id)
            await self._delete(CrmFieldValueRow, *of_both)
            return
        text = json.dumps(value)
        row = {"tenant_id": self._scope.tenant_id, "contact_id": contact_id, "field_id": field_id, "value": text}
        key = ["contact_id", "field_id"]
        written = upsert(self._db, CrmFieldValueRow).values(row)
        await self._db.execute(written.on_conflict_do_update(index_elements=key, set_={"value": text}))

    async def set_place(self, contact_id: str, pipeline_id: str, stage_id: str | None) -> None:
        """Put it on the stage; None takes it out of the pipeline."""
        if stage_id is None:
            of_both = (CrmPlaceRow.contact_id == contact_id, CrmPlaceRow.pipeline_id == pipeline_id)
            await self._delete(CrmPlaceRow, *of_both)
            return
        changed = {"stage_id": stage_id, "since": self._clock.now()}
        row = {"tenant_id": self._scope.tenant_id, "contact_id": contact_id, "pipeline_id": pipeline_id, **changed}
        key = ["contact_id", "pipeline_id"]
        written = upsert(self._db, CrmPlaceRow).values(row)
        await self._db.execute(written.on_conflict_do_update(index_elements=key, set_=changed))

    async def changed(self, contact_id: str) -> CustomerProfile:
        """Count the change; the contact as it is now."""
        _, record = await self._rows(contact_id)
        record.version += 1
        record.updated_at = self._clock.now()
        await self._db.flush()
        return await self.contact(contact_id)

    async def erase(self, contact_id: str) -> int:
        """Take away all that the CRM knows of the contact; how many rows that were. Raises UnknownContact."""
        contact = await self._db.scalar(select(Contact).where(Contact.id == contact_id))
        if contact is None:
            raise _unknown(contact_id)
        contact.name = None
        await self._db.flush()
        return sum([await self._delete(table, table.contact_id == contact_id) for table in _OF_CONTACT])

    async def require(self, contact_id: str) -> None:
        """Raises UnknownContact."""
        if await self._db.scalar(select(Contact.id).where(Contact.id == contact_id)) is None:
            raise _unknown(contact_id)

    async def _standing(self, wanted: ContactFilter) -> Select[str]:
        """The contacts on the stage of that id or name, or anywhere in the pipeline."""
        rows = (await self._db.scalars(select(CrmPipelineRow))).all()
        meant = [row for row in rows if wanted.pipeline_id in {None, row.id}]
        places = select(CrmPlaceRow.contact_id).where(CrmPlaceRow.pipeline_id.in_([row.id for row in meant]))
        if wanted.stage is None:
            return places
        names = {wanted.stage, folded(wanted.stage)}
        stages = [stage["id"] for row in meant for stage in row.stages if names & {stage["id"], folded(stage["name"])}]
        return places.where(CrmPlaceRow.stage_id.in_(stages))

    async def _rows(self, contact_id: str) -> tuple[Contact, CrmRecordRow]:
        row = (await self._db.execute(_contacts().where(Contact.id == contact_id))).one()
        return row[0], row[1]

    async def _profiles(self, rows: Sequence[tuple[Contact, CrmRecordRow | None]]) -> tuple[CustomerProfile, ...]:
        ids = [contact.id for contact, _ in rows]
        tags, values, places = await self._tags(ids), await self._values(ids), await self._places(ids)
        return tuple(
            CustomerProfile(
                id=contact.id,
                name=contact.name,
                tags=tuple(tags.get(contact.id, ())),
                custom_fields=values.get(contact.id, {}),
                pipelines=tuple(places.get(contact.id, ())),
                source=Source.BUILT_IN,
                fetched_at=self._clock.now(),
                created_at=contact.created_at,
                **_of_record(record),
            )
            for contact, record in rows
        )

    async def _tags(self, ids: Sequence[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        wanted = select(CrmTagRow.contact_id, CrmTagRow.tag).where(CrmTagRow.contact_id.in_(ids))
        for contact_id, text in await self._db.execute(wanted.order_by(CrmTagRow.tag)):
            found.setdefault(contact_id, []).append(text)
        return found

    async def _values(self, ids: Sequence[str]) -> dict[str, dict[str, FieldValue]]:
        found: dict[str, dict[str, FieldValue]] = {}
        wanted = select(CrmFieldValueRow.contact_id, CrmFieldRow.key, CrmFieldValueRow.value)
        joined = wanted.join(CrmFieldRow, CrmFieldRow.id == CrmFieldValueRow.field_id)
        of_these = joined.where(CrmFieldValueRow.contact_id.in_(ids)).order_by(CrmFieldRow.key)
        for contact_id, key, value in await self._db.execute(of_these):
            found.setdefault(contact_id, {})[key] = json.loads(value)
        return found

    async def _places(self, ids: Sequence[str]) -> dict[str, list[PipelinePlace]]:
        found: dict[str, list[PipelinePlace]] = {}
        wanted = select(CrmPlaceRow, CrmPipelineRow).join(CrmPipelineRow, CrmPipelineRow.id == CrmPlaceRow.pipeline_id)
        of_these = wanted.where(CrmPlaceRow.contact_id.in_(ids)).execution_options(populate_existing=True)
        rows = await self._db.execute(of_these.order_by(CrmPlaceRow.since.desc(), CrmPipelineRow.name_key))
        for place, pipeline in rows.all():
            names = {stage["id"]: stage["name"] for stage in pipeline.stages}
            found.setdefault(place.contact_id, []).append(
                PipelinePlace(
                    id=pipeline.id,
                    name=pipeline.name,
                    stage_id=place.stage_id,
                    stage=names[place.stage_id],
                    since=place.since,
                )
            )
        return found

    async def _delete(self, table: Any, *conditions: Any) -> int:
        gone = await self._db.execute(delete(table).where(*conditions), execution_options=_UNSYNCED)
        return int(gone.rowcount)  # type: ignore[attr-defined] # a statement that changes rows counts them


def _contacts() -> Select[Contact, CrmRecordRow]:
    return select(Contact, CrmRecordRow).outerjoin(CrmRecordRow, CrmRecordRow.contact_id == Contact.id)


def _of_record(record: CrmRecordRow | None) -> dict[str, Any]:
    if record is None:
        return {}
    return {
        "email": record.email,
        "phone": record.phone,
        "company": record.company,
        "account_status": AccountStatus(record.account_status),
        "language": record.language,
        "time_zone": record.time_zone,
        "assigned_agent": record.assigned_agent,
        "updated_at": record.updated_at,
        "version": record.version,
    }


def _narrowed(wanted: ContactFilter) -> Select[str]:
    """The ids of the contacts that are wanted. Their records are looked at where something is asked of them alone."""
    contacts = select(Contact.id)
    of_record = (wanted.q, wanted.account_status, wanted.assigned_agent, wanted.known)
    if any(each is not None for each in of_record):
        contacts = contacts.outerjoin(CrmRecordRow, CrmRecordRow.contact_id == Contact.id)
    for word in search_words(wanted.q) if wanted.q else ():
        contacts = contacts.where(CrmRecordRow.search_text.contains(word, autoescape=True))
    if wanted.tag is not None:
        contacts = contacts.where(Contact.id.in_(select(CrmTagRow.contact_id).where(CrmTagRow.tag == tag(wanted.tag))))
    if wanted.account_status is not None:
        contacts = contacts.where(func.coalesce(CrmRecordRow.account_status, "active") == wanted.account_status.value)
    if wanted.assigned_agent is not None:
        contacts = contacts.where(CrmRecordRow.assigned_agent == wanted.assigned_agent)
    if wanted.known is not None:
        nothing = CrmRecordRow.contact_id.is_(None)
        contacts = contacts.where(~nothing if wanted.known else nothing)
    return contacts


def _unknown(contact_id: str) -> UnknownContact:
    return UnknownContact(f"There is no contact {contact_id!r}: GET /api/v1/crm/contacts lists those there are.")
