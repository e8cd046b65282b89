"""SQL of sequences, inside the caller's transaction. Above: the library, enrolments. Below: the tables."""

from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.delivery_model import Listed, Sequence, SequenceDraft, SequenceExists, UnknownSequence
from deskhand.crm.delivery_tables import SequenceRow
from deskhand.crm.sequences import plan_of, plan_values
from deskhand.kit.clock import Clock
from deskhand.kit.db import upsert
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope

_SILENT = {"synchronize_session": False}


class SequenceRepository:
    """Sequences of one scope."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def add(self, draft: SequenceDraft, by: str | None) -> Sequence:
        """Raises SequenceExists."""
        now, sequence_id = self._clock.now(), new_id("seq")
        values = {
            "id": sequence_id,
            "tenant_id": self._scope.tenant_id,
            **_drafted(draft),
            "version": 1,
            "archived": False,
            "created_at": now,
            "updated_at": now,
            "updated_by": by,
        }
        await self._db.execute(upsert(self._db, SequenceRow).on_conflict_do_nothing(), [values])
        if await self._db.scalar(select(SequenceRow.id).where(SequenceRow.id == sequence_id)) is None:
            raise _taken(draft.name)
        return await self.get(sequence_id)

    async def get(self, sequence_id: str) -> Sequence:
        """Raises UnknownSequence."""
        row = await self._db.scalar(_fresh().where(SequenceRow.id == sequence_id))
        if row is None:
            raise UnknownSequence(f"There is no sequence {sequence_id!r}: list them with GET /api/v1/crm/sequences.")
        return sequence_of(row)

    async def named(self, name: str) -> Sequence:
        """The sequence of that name or id, in use.

        Raises:
            UnknownSequence: when there is none; it names those there are.
        """
        in_use = SequenceRow.archived.is_(False)
        row = await self._db.scalar(_fresh().where(or_(SequenceRow.name == name, SequenceRow.id == name), in_use))
        if row is not None:
            return sequence_of(row)
        names = await self._db.scalars(select(SequenceRow.name).where(in_use).order_by(SequenceRow.name).limit(30))
        listed = ", ".join(names)
        known = f"There are: {listed}." if listed else "There are none yet."
        raise UnknownSequence(f"There is no sequence {name[:64]!r} in use. {known}")

    async def locked(self, sequence_id: str) -> Sequence:
        """As `get`; nobody else changes it until the transaction ends."""
        await self._db.scalar(select(SequenceRow.id).where(SequenceRow.id == sequence_id).with_for_update())
        return await self.get(sequence_id)

    async def page(self, *, archived: bool | None, limit: int, offset: int) -> Listed[Sequence]:
        """By name."""
        conditions = [] if archived is None else [SequenceRow.archived == archived]
        total = await self._db.scalar(select(func.count(SequenceRow.id)).where(*conditions)) or 0
        rows = await self._db.scalars(
            _fresh().where(*conditions).order_by(SequenceRow.name).limit(limit).offset(offset)
        )
        return Listed(items=tuple(sequence_of(row) for row in rows), total=total)

    async def put(self, sequence: Sequence, draft: SequenceDraft, *, archived: bool, by: str | None) -> Sequence:
        """The sequence as drafted; its version goes up when anything of it is other.

        Raises:
            SequenceExists: when another one has the name.
        """
        changed = draft != sequence.draft
        values = {**_drafted(draft), "version": sequence.version + changed, "archived": archived}
        statement = update(SequenceRow).where(SequenceRow.id == sequence.id)
        try:
            await self._db.execute(
                statement.values(**values, updated_at=self._clock.now(), updated_by=by), execution_options=_SILENT
            )
        except IntegrityError:
            raise _taken(draft.name) from None
        return await self.get(sequence.id)


def sequence_of(row: SequenceRow) -> Sequence:
    return Sequence(
        id=row.id,
        draft=SequenceDraft(name=row.name, plan=plan_of(row.plan), description=row.description),
        version=row.version,
        archived=row.archived,
        created_at=row.created_at,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


def _drafted(draft: SequenceDraft) -> dict[str, Any]:
    return {"name": draft.name, "description": draft.description, "plan": plan_values(draft.plan)}


def _fresh() -> Any:
    # Rows that an update of this transaction went past must be read anew.
    return select(SequenceRow).execution_options(populate_existing=True)


def _taken(name: str) -> SequenceExists:
    return SequenceExists(f"There is a sequence {name!r} already: change that one, or choose another name.")
