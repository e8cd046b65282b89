"""SQL of enrolments, inside the caller's transaction. Above: enrolling, the steps. Below: the table."""

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.delivery_model import Enrolment, EnrolmentStatus, Listed, NewEnrolment, Sequence, UnknownEnrolment
from deskhand.crm.delivery_repository import actor_values, digest_of, key_of
from deskhand.crm.delivery_tables import EnrolmentRow
from deskhand.crm.sequences import plan_of, plan_values
from deskhand.kit.clock import Clock
from deskhand.kit.db import upsert
from deskhand.kit.errors import KeyReused
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope

_SILENT = {"synchronize_session": False}


class EnrolmentRepository:
    """Enrolments of one scope."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def under_key(self, sequence_id: str, new: NewEnrolment) -> Enrolment | None:
        """What the same request gave before.

        Raises:
            KeyReused: when the key stands for another enrolment.
            InvalidContact: when it cannot be a key.
        """
        key = key_of(new.writing)
        row = key and await self._db.scalar(_fresh().where(EnrolmentRow.idempotency_key == key))
        if not row:
            return None
        if row.digest != _digest(sequence_id, new):
            raise KeyReused(f"The idempotency key {key!r} stands for another enrolment: choose a new one.")
        return enrolment_of(row)

    async def add(self, sequence: Sequence, new: NewEnrolment, *, zone: str, language: str | None) -> Enrolment | None:
        """The new enrolment; None when the contact goes through the sequence already, or the key was quicker."""
        enrolment_id = new_id("enr")
        values = {
            "id": enrolment_id,
            "tenant_id": self._scope.tenant_id,
            "sequence_id": sequence.id,
            "sequence_version": sequence.version,
            "contact_id": new.contact_id,
            "plan": plan_values(sequence.draft.plan),
            "variables": dict(new.values),
            "language": language,
            "zone": zone,
            "status": EnrolmentStatus.ACTIVE,
            "reason": None,
            "next_step": 0,
            "enrolled_by": actor_values(new.writing.by),
            "idempotency_key": new.writing.idempotency_key or enrolment_id,
            "digest": _digest(sequence.id, new),
            "enrolled_at": self._clock.now(),
            "ended_at": None,
        }
        await self._db.execute(upsert(self._db, EnrolmentRow).on_conflict_do_nothing(), [values])
        row = await self._db.scalar(_fresh().where(EnrolmentRow.id == enrolment_id))
        return None if row is None else enrolment_of(row)

    async def get(self, enrolment_id: str) -> Enrolment:
        """Raises UnknownEnrolment."""
        row = await self._db.scalar(_fresh().where(EnrolmentRow.id == enrolment_id))
        if row is None:
            raise UnknownEnrolment(
                f"There is no enrolment {enrolment_id!r}: list them with GET /api/v1/crm/enrolments."
            )
        return enrolment_of(row)

    async def active(self, sequence_id: str, contact_id: str) -> Enrolment | None:
        """The contact's way through the sequence, while it lasts."""
        of_contact = (EnrolmentRow.sequence_id == sequence_id, EnrolmentRow.contact_id == contact_id)
        row = await self._db.scalar(_fresh().where(*of_contact, EnrolmentRow.status == EnrolmentStatus.ACTIVE))
        return None if row is None else enrolment_of(row)

    async def page(
        self,
        *,
        sequence_id: str | None,
        contact_id: str | None,
        status: EnrolmentStatus | None,
        limit: int,
        offset: int,
    ) -> Listed[Enrolment]:
        """Newest first."""
        wanted = {
            EnrolmentRow.sequence_id: sequence_id,
            EnrolmentRow.contact_id: contact_id,
            EnrolmentRow.status: status,
        }
        conditions = [column == value for column, value in wanted.items() if value is not None]
        total = await self._db.scalar(select(func.count(EnrolmentRow.id)).where(*conditions)) or 0
        newest = EnrolmentRow.id.desc()
        rows = await self._db.scalars(_fresh().where(*conditions).order_by(newest).limit(limit).offset(offset))
        return Listed(items=tuple(enrolment_of(row) for row in rows), total=total)

    async def advance(self, enrolment_id: str, next_step: int) -> bool:
        """Whether it goes on, to that step."""
        return await self._change(enrolment_id, next_step=next_step)

    async def end(self, enrolment_id: str, status: EnrolmentStatus, reason: str | None) -> bool:
        """Whether it was active, and has ended so."""
        return await self._change(enrolment_id, status=status, reason=reason, ended_at=self._clock.now())

    async def _change(self, enrolment_id: str, **values: Any) -> bool:
        active = (EnrolmentRow.id == enrolment_id, EnrolmentRow.status == EnrolmentStatus.ACTIVE)
        statement = update(EnrolmentRow).where(*active).values(values).returning(EnrolmentRow.id)
        return (await self._db.execute(statement, execution_options=_SILENT)).first() is not None


def enrolment_of(row: EnrolmentRow) -> Enrolment:
    return Enrolment(
        id=row.id,
        sequence_id=row.sequence_id,
        sequence_version=row.sequence_version,
        contact_id=row.contact_id,
        plan=plan_of(row.plan),
        values=row.variables,
        language=row.language,
        zone=row.zone,
        status=EnrolmentStatus(row.status),
        reason=row.reason,
        next_step=row.next_step,
        enrolled_by=row.enrolled_by,
        enrolled_at=row.enrolled_at,
        ended_at=row.ended_at,
    )


def _digest(sequence_id: str, new: NewEnrolment) -> str:
    return digest_of(sequence_id, new.contact_id, dict(new.values), new.zone, new.language)


def _fresh() -> Any:
    # Rows that an update of this transaction went past must be read anew.
    return select(EnrolmentRow).execution_options(populate_existing=True)
