"""Sets messages up in the caller's transaction: the message and the job that sends it are there together or not at all.

Above: deliveries, enrolments, the job itself, which puts messages off. Below: the repository, the queue of jobs.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.delivery_model import Delivery, DeliveryStatus, NewDelivery
from deskhand.crm.delivery_repository import DeliveryRepository
from deskhand.crm.journal import JournalRepository
from deskhand.crm.model import Actor
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope

DELIVER = "crm.deliver"
SCHEDULED = "message_scheduled"
SENT = "message_sent"
NOT_SENT = "message_not_sent"


class Jobs(Protocol):
    """The queue of durable jobs, as far as messages need it."""

    async def add(
        self,
        db: AsyncSession,
        scope: TenantScope,
        *,
        kind: str,
        key: str,
        payload: Mapping[str, Any],
        due_at: datetime | None = None,
    ) -> bool: ...

    async def cancel(self, db: AsyncSession, scope: TenantScope, *, kind: str, key: str) -> bool: ...

    def wake(self) -> None: ...


class Planner:
    """Every message has one job at a time; its key holds how often the message was put off."""

    def __init__(self, *, clock: Clock, jobs: Jobs) -> None:
        self._clock = clock
        self._jobs = jobs

    async def plan(self, db: AsyncSession, scope: TenantScope, new: NewDelivery) -> tuple[Delivery, bool]:
        """The message, and whether it is new; an earlier one under the same key keeps its job.

        One for now gets no job: whoever plans it sends it in the same transaction.

        Raises:
            KeyReused: when the key stands for another message.
        """
        delivery, is_new = await self._deliveries(db, scope).add(new)
        if is_new and new.due_at is not None:
            await self._add_job(db, scope, delivery.id, 0, delivery.due_at)
            due_at = delivery.due_at.isoformat()
            await self.note(db, scope, delivery, SCHEDULED, new.writing.by, due_at=due_at)
        return delivery, is_new

    async def put_off(
        self, db: AsyncSession, scope: TenantScope, delivery: Delivery, until: datetime, why: str
    ) -> None:
        """It is sent later; for the job that was to send it now."""
        if await self._deliveries(db, scope).move(delivery, until, why):
            await self._add_job(db, scope, delivery.id, delivery.put_off + 1, until)

    async def drop(
        self,
        db: AsyncSession,
        scope: TenantScope,
        delivery: Delivery,
        status: DeliveryStatus,
        outcome: str,
        by: Actor,
    ) -> bool:
        """Whether it was waiting, and is not sent any more."""
        ended = await self._deliveries(db, scope).end(delivery.id, status, outcome=outcome)
        if ended:
            # A job that is under way already finds the message ended, and does nothing.
            await self._jobs.cancel(db, scope, kind=DELIVER, key=_key(delivery.id, delivery.put_off))
            await self.note(db, scope, delivery, NOT_SENT, by, status=status.value)
        return ended

    async def note(
        self, db: AsyncSession, scope: TenantScope, delivery: Delivery, kind: str, by: Actor, **facts: str
    ) -> None:
        """Write into the contact's history what became of the message; its words stand in the message itself."""
        detail = {"delivery_id": delivery.id, "kind": delivery.kind.value, **facts}
        await JournalRepository(db, scope, self._clock).note_change(delivery.contact_id, kind, detail, by)

    def wake(self) -> None:
        """After the commit: what is due is done now."""
        self._jobs.wake()

    async def _add_job(
        self, db: AsyncSession, scope: TenantScope, delivery_id: str, put_off: int, due_at: datetime
    ) -> None:
        await self._jobs.add(
            db,
            scope,
            kind=DELIVER,
            key=_key(delivery_id, put_off),
            payload={"delivery_id": delivery_id},
            due_at=due_at,
        )

    def _deliveries(self, db: AsyncSession, scope: TenantScope) -> DeliveryRepository:
        return DeliveryRepository(db, scope, self._clock)


def _key(delivery_id: str, put_off: int) -> str:
    return f"{delivery_id}.{put_off}"
