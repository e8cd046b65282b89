"""The definitions of custom fields, kept for each tenant.

Above: the endpoints, the records. Below: their table. A definition keeps its key and type for ever; a choice that a
contact has cannot be taken away; removing a definition removes its values.
"""

import json
import re

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.fields import (
    ChoiceInUse,
    CustomField,
    FieldChange,
    FieldExists,
    FieldType,
    NewField,
    TooManyFields,
    UnknownField,
)
from deskhand.crm.ledger import Ledger, Request
from deskhand.crm.model import InvalidContact, Writing
from deskhand.crm.tables import CrmFieldRow, CrmFieldValueRow
from deskhand.crm.values import plain_line, plain_text
from deskhand.kit.clock import Clock
from deskhand.kit.db import upsert
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

MAX_FIELDS = 100
MAX_CHOICES = 100
MAX_CHOICE = 100
MAX_LABEL = 100
MAX_DESCRIPTION = 500
_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
_UNSYNCED = {"synchronize_session": False}


class FieldRepository:
    """The definitions of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def all(self, *, hold: bool = False) -> tuple[CustomField, ...]:
        """By key. With `hold` they stay as they are until the transaction ends."""
        wanted = select(CrmFieldRow).order_by(CrmFieldRow.key)
        rows = await self._db.scalars(wanted.with_for_update(read=True) if hold else wanted)
        return tuple(_field(row) for row in rows.all())

    async def field(self, key: str) -> CustomField:
        """Raises UnknownField."""
        return _field(await self._row(key))

    async def add(self, new: NewField) -> CustomField:
        """Raises FieldExists, TooManyFields, InvalidContact."""
        if _KEY.fullmatch(new.key) is None:
            raise InvalidContact(
                f"{new.key[:80]!r} cannot be a field's key: use up to 64 small letters, digits and underscores."
            )
        if len(await self.all()) >= MAX_FIELDS:
            raise TooManyFields(f"There are {MAX_FIELDS} custom fields already: remove one first.")
        now = self._clock.now()
        row = {
            "id": new_id("fld"),
            "tenant_id": self._scope.tenant_id,
            "key": new.key,
            "label": plain_line("label", new.label or new.key.replace("_", " ").capitalize(), MAX_LABEL),
            "description": _description(new.description),
            "type": new.type.value,
            "choices": _choices(new.type, new.choices),
            "created_at": now,
            "updated_at": now,
        }
        inserted = upsert(self._db, CrmFieldRow).values(row)
        done = await self._db.execute(inserted.on_conflict_do_nothing(index_elements=["tenant_id", "key"]))
        if not done.rowcount:  # type: ignore[attr-defined] # a statement that changes rows counts them
            raise FieldExists(f"There is a custom field {new.key!r} already: change that, or take another key.")
        return await self.field(new.key)

    async def change(self, key: str, change: FieldChange) -> CustomField:
        """Raises UnknownField, ChoiceInUse, InvalidContact."""
        row = await self._row(key)
        if change.label is not None:
            row.label = plain_line("label", change.label, MAX_LABEL)
        if change.description is not None:
            row.description = _description(change.description)
        if change.choices is not None:
            choices = _choices(FieldType(row.type), change.choices)
            for gone in sorted(set(row.choices) - set(choices)):
                await self._refuse_if_used(row, gone)
            row.choices = choices
        row.updated_at = self._clock.now()
        await self._db.flush()
        return _field(row)

    async def remove(self, key: str) -> CustomField:
        """With every contact's value of it; the definition as it was. Raises UnknownField."""
        row = await self._row(key)
        values = delete(CrmFieldValueRow).where(CrmFieldValueRow.field_id == row.id)
        await self._db.execute(values, execution_options=_UNSYNCED)
        await self._db.delete(row)
        await self._db.flush()
        return _field(row)

    async def _row(self, key: str) -> CrmFieldRow:
        row = await self._db.scalar(select(CrmFieldRow).where(CrmFieldRow.key == key).with_for_update())
        if row is None:
            raise UnknownField(f"There is no custom field {key!r}: GET /api/v1/crm/fields lists those there are.")
        return row

    async def _refuse_if_used(self, row: CrmFieldRow, choice: str) -> None:
        holding = (CrmFieldValueRow.field_id == row.id, CrmFieldValueRow.value == json.dumps(choice))
        count = await self._db.scalar(select(func.count()).select_from(CrmFieldValueRow).where(*holding))
        if count:
            raise ChoiceInUse(
                f"{count} contacts have {choice!r} in the field {row.key!r}: give them another value, then remove it."
            )


class CustomFields:
    """The definitions of every tenant."""

    def __init__(self, *, store: TenantStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def all(self, scope: TenantScope) -> tuple[CustomField, ...]:
        """By key."""
        async with self._store.read(scope) as db:
            return await FieldRepository(db, scope, self._clock).all()

    async def field(self, scope: TenantScope, key: str) -> CustomField:
        """Raises UnknownField."""
        async with self._store.read(scope) as db:
            return await FieldRepository(db, scope, self._clock).field(key)

    async def add(self, scope: TenantScope, new: NewField, writing: Writing) -> CustomField:
        """Raises FieldExists, TooManyFields, InvalidContact, KeyReused."""
        async with self._store.write(scope) as db:
            repository = FieldRepository(db, scope, self._clock)
            asked = Request(operation="add_field", contact_id=None, body=new)
            ledger = Ledger(db, scope, self._clock)
            return await ledger.once(writing.idempotency_key, asked, CustomField, lambda: repository.add(new))

    async def change(self, scope: TenantScope, key: str, change: FieldChange, writing: Writing) -> CustomField:
        """Raises UnknownField, ChoiceInUse, InvalidContact, KeyReused."""
        async with self._store.write(scope) as db:
            repository = FieldRepository(db, scope, self._clock)
            asked = Request(operation="change_field", contact_id=None, body=[key, change])
            ledger = Ledger(db, scope, self._clock)
            return await ledger.once(
                writing.idempotency_key, asked, CustomField, lambda: repository.change(key, change)
            )

    async def remove(self, scope: TenantScope, key: str, writing: Writing) -> None:
        """Raises UnknownField, KeyReused."""
        async with self._store.write(scope) as db:
            repository = FieldRepository(db, scope, self._clock)
            asked = Request(operation="remove_field", contact_id=None, body=key)
            ledger = Ledger(db, scope, self._clock)
            await ledger.once(writing.idempotency_key, asked, CustomField, lambda: repository.remove(key))


def _field(row: CrmFieldRow) -> CustomField:
    return CustomField(
        id=row.id,
        key=row.key,
        label=row.label,
        description=row.description,
        type=FieldType(row.type),
        choices=tuple(row.choices),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _description(text: str) -> str:
    return plain_text("description", text, MAX_DESCRIPTION) if text.strip() else ""


def _choices(kind: FieldType, given: tuple[str, ...]) -> list[str]:
    if kind is not FieldType.CHOICE:
        if given:
            raise InvalidContact(f"A field of the type {kind.value!r} has no choices: leave them out.")
        return []
    choices = [plain_line("choice", text, MAX_CHOICE) for text in given]
    if not 1 <= len(choices) <= MAX_CHOICES or len({choice.casefold() for choice in choices}) < len(choices):
        raise InvalidContact(f"A field of the type 'choice' has 1 to {MAX_CHOICES} different choices: name them.")
    return choices
