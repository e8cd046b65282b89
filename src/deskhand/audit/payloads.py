"""Where what a turn was given is kept: in the database first, with the record; large ones move to the blob store.

A move is begun after the record stands and repeated until it is done, so that a store that is down, or full, loses
nothing and holds no turn up. Putting the same blob twice is harmless. Above: writer, reader, verifier. Below: blobs.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.audit.tables import AuditRow, PayloadRow
from deskhand.kit.blobs import BlobStore, BlobUnavailable
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

log = structlog.get_logger(__name__)

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
_MAX_DOUBLINGS = 12
LOOKED_AT = 1_000
_UNSYNCHRONISED = {"synchronize_session": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaving:
    """A payload on its way to the blob store."""

    record_id: str
    content: bytes
    tries: int


def blob_key(scope: TenantScope, record_id: str) -> str:
    return f"{scope.tenant_id}/audit/{record_id}"


class PayloadRepository:
    """Payloads of one scope that are in the database, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def add(self, record_id: str, content: bytes, *, offload: bool) -> None:
        """Keep a ciphertext; with `offload` until it has moved."""
        values = {
            "record_id": record_id,
            "tenant_id": self._scope.tenant_id,
            "content": content,
            "offload": offload,
            "tries": 0,
            "next_try_at": self._clock.now(),
        }
        await self._db.execute(insert(PayloadRow), [values])

    async def content(self, record_id: str) -> bytes | None:
        found: bytes | None = await self._db.scalar(select(PayloadRow.content).where(PayloadRow.record_id == record_id))
        return found

    async def contents(self, record_ids: list[str]) -> dict[str, bytes]:
        """Those that are in the database, by the record's id."""
        rows = await self._db.execute(
            select(PayloadRow.record_id, PayloadRow.content).where(PayloadRow.record_id.in_(record_ids))
        )
        return {row.record_id: row.content for row in rows}

    async def leaving(self) -> Leaving | None:
        """The next one to move."""
        row = (
            await self._db.execute(
                select(PayloadRow.record_id, PayloadRow.content, PayloadRow.tries)
                .where(PayloadRow.offload, PayloadRow.next_try_at <= self._clock.now())
                .order_by(PayloadRow.next_try_at, PayloadRow.record_id)
                .limit(1)
            )
        ).first()
        return None if row is None else Leaving(record_id=row.record_id, content=row.content, tries=row.tries)

    async def left(self, record_id: str) -> None:
        """It is in the blob store: the record says so, and the database lets go of it."""
        await self._db.execute(
            update(AuditRow).where(AuditRow.id == record_id).values(blob_key=blob_key(self._scope, record_id)),
            execution_options=_UNSYNCHRONISED,
        )
        await self._db.execute(
            delete(PayloadRow).where(PayloadRow.record_id == record_id), execution_options=_UNSYNCHRONISED
        )

    async def stays(self, leaving: Leaving) -> None:
        """The store did not take it: it is tried again, later and later."""
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(leaving.tries, _MAX_DOUBLINGS))
        await self._db.execute(
            update(PayloadRow)
            .where(PayloadRow.record_id == leaving.record_id)
            .values(tries=leaving.tries + 1, next_try_at=self._clock.now() + wait),
            execution_options=_UNSYNCHRONISED,
        )


class PayloadMover:
    """Moves what is due, one after another."""

    def __init__(self, *, store: TenantStore, clock: Clock, blobs: BlobStore) -> None:
        self._store = store
        self._clock = clock
        self._blobs = blobs

    async def move_due(self, scope: TenantScope) -> int:
        """How many moved. Ends when nothing is due, or with the first that the store does not take."""
        moved = 0
        while True:
            async with self._store.read(scope) as db:
                leaving = await PayloadRepository(db, scope, self._clock).leaving()
            if leaving is None:
                return moved
            try:
                await self._blobs.put(blob_key(scope, leaving.record_id), leaving.content)
            except BlobUnavailable:
                log.warning("audit_payload_stays_in_the_database", record_id=leaving.record_id, tries=leaving.tries + 1)
                async with self._store.write(scope) as db:
                    await PayloadRepository(db, scope, self._clock).stays(leaving)
                return moved
            async with self._store.write(scope) as db:
                await PayloadRepository(db, scope, self._clock).left(leaving.record_id)
            moved += 1


async def tenants_with_payloads_due(db: AsyncSession, now: datetime) -> frozenset[str]:
    """For the sweep over all tenants: of a great many payloads those that are due first."""
    due = select(PayloadRow.tenant_id).where(PayloadRow.offload, PayloadRow.next_try_at <= now)
    return frozenset(await db.scalars(due.order_by(PayloadRow.next_try_at).limit(LOOKED_AT)))
