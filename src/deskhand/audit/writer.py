"""Writes the audit: in the turn's transaction, whole or not at all; chained there, or soon after.

Sync: the record is chained in the turn's own transaction. Async: the transaction writes it without its place in the
chain, which `settle` gives it; the turn then waits for no other. Either way a turn that is committed has its record.
Above: the turn, and the background that settles. Below: the slice's repositories.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.audit.chaining import Chain
from deskhand.audit.facts import TurnFacts
from deskhand.audit.keyring import Keyring
from deskhand.audit.model import AlreadyRecorded, AuditNotWritten
from deskhand.audit.payloads import PayloadMover, PayloadRepository, tenants_with_payloads_due
from deskhand.audit.preparing import PreparedTurn, Redact, prepared
from deskhand.audit.tables import AuditRow
from deskhand.audit.vault import Vault, digest, sealed
from deskhand.kit.blobs import BlobStore
from deskhand.kit.clock import Clock
from deskhand.kit.ids import new_id
from deskhand.settings import AuditWriteMode
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

log = structlog.get_logger(__name__)

SETTLE_SECONDS = 1.0
"""How often the background should settle."""
LOOKED_AT = 1_000
_INSERTED = insert(AuditRow)


def seal_place(record_id: str) -> str:
    """What the personal part of a record is bound to."""
    return f"{record_id}/record"


def payload_place(record_id: str) -> str:
    return f"{record_id}/payload"


class AuditWriter:
    """Records turns."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        vault: Vault,
        blobs: BlobStore,
        redact: Redact,
        mode: AuditWriteMode,
        blob_bytes: int,
    ) -> None:
        """Payloads of more than `blob_bytes` move to `blobs`."""
        self._store = store
        self._clock = clock
        self._vault = vault
        self._mover = PayloadMover(store=store, clock=clock, blobs=blobs)
        self._redact = redact
        self._mode = mode
        self._blob_bytes = blob_bytes
        self._settling = asyncio.Lock()

    async def prepare(self, facts: TurnFacts) -> PreparedTurn:
        """All that takes time and needs no database: to be done before the turn's transaction begins."""
        return await asyncio.to_thread(prepared, facts, self._redact)

    async def record(self, db: AsyncSession, scope: TenantScope, turn: TurnFacts | PreparedTurn) -> str:
        """Write the record of a turn, as the last thing in its transaction. Its id.

        Raises:
            AlreadyRecorded: when the turn was recorded before; the transaction is to be given up.
            AuditNotWritten: when the database does not take it, because its disk is full, say; likewise.
        """
        ready = turn if isinstance(turn, PreparedTurn) else await self.prepare(turn)
        record_id = new_id("aud")
        async with _told(ready):
            columns, payload = await self._sealed(db, scope, record_id, ready)
            await self._insert(db, scope, columns)
            await PayloadRepository(db, scope, self._clock).add(
                record_id, payload, offload=len(payload) > self._blob_bytes
            )
        return record_id

    async def note_erasure(self, db: AsyncSession, scope: TenantScope, contact_id: str) -> str:
        """Write into the chain that a contact's part was erased, and by whom. The record's id."""
        columns = _erasure(scope, contact_id) | {"id": new_id("aud"), "at": self._clock.now()}
        columns["tenant_id"] = scope.tenant_id
        await self._insert(db, scope, columns)
        return str(columns["id"])

    async def settle(self) -> int:
        """Chain what waits for it and move what is due, of every tenant. How many records were chained.

        To be run again and again, and at start: what a process that was killed left behind is found here.
        """
        async with self._settling:
            async with self._store.across_tenants() as db:
                unchained = await _tenants_waiting(db)
                leaving = await tenants_with_payloads_due(db, self._clock.now())
            chained = 0
            for tenant_id in sorted(unchained):
                chained += await self._chain(TenantScope(tenant_id=tenant_id, role=Role.OWNER))
            for tenant_id in sorted(leaving):
                await self._mover.move_due(TenantScope(tenant_id=tenant_id, role=Role.OWNER))
            return chained

    async def _chain(self, scope: TenantScope) -> int:
        chained = 0
        while True:
            async with self._store.write(scope) as db:
                count = await Chain(db, scope, self._clock, self._vault).chain_waiting()
            chained += count
            if count == 0:
                return chained

    async def _sealed(
        self, db: AsyncSession, scope: TenantScope, record_id: str, ready: PreparedTurn
    ) -> tuple[dict[str, Any], bytes]:
        """The record's columns but for its place in the chain, and the payload as it is stored."""
        key = await Keyring(db, scope, self._clock, self._vault).current(ready.contact_id)
        payload = sealed(key.secret, ready.payload, payload_place(record_id))
        columns = {
            **ready.columns,
            "id": record_id,
            "tenant_id": scope.tenant_id,
            "key_id": key.id,
            "sealed": sealed(key.secret, ready.personal, seal_place(record_id)),
            "payload_digest": digest(payload),
            "payload_bytes": len(payload),
            "blob_key": None,
        }
        return columns, payload

    async def _insert(self, db: AsyncSession, scope: TenantScope, columns: dict[str, Any]) -> None:
        if self._mode is AuditWriteMode.ASYNC:
            await db.execute(_INSERTED, [columns | {"seq": None, "previous_hash": None, "hash": None}])
            return
        chain = Chain(db, scope, self._clock, self._vault)
        placed, head = chain.placed(await chain.take(), columns)
        await db.execute(_INSERTED, [placed])
        await chain.move(head)


async def _tenants_waiting(db: AsyncSession) -> frozenset[str]:
    """Tenants with records to chain: of a great many records those at hand, the rest is for the next time."""
    # Ordered as the index of waiting records is: any other would be read from end to end.
    waiting = select(AuditRow.tenant_id).where(AuditRow.seq.is_(None)).order_by(AuditRow.tenant_id, AuditRow.id)
    return frozenset(await db.scalars(waiting.limit(LOOKED_AT)))


@asynccontextmanager
async def _told(ready: PreparedTurn) -> AsyncIterator[None]:
    """What the database refuses, in words for whoever waits for the answer."""
    turn_id = ready.columns["turn_id"]
    try:
        yield
    except IntegrityError as error:
        raise AlreadyRecorded(f"The turn {turn_id!r} has its record in the audit already.") from error
    except DBAPIError as error:
        # The statement and its values stay out of the log: they hold what the customer wrote.
        log.error("audit_not_written", turn_id=turn_id, cause=type(error.orig).__name__)  # noqa: TRY400
        raise AuditNotWritten(
            "The answer could not be recorded in the audit, so it was not given; your message is kept. Please try "
            "again in a moment."
        ) from error


def _erasure(scope: TenantScope, contact_id: str) -> dict[str, Any]:
    actor = scope.key_id or scope.user_id
    return {
        "event": "erasure",
        "request_id": None,
        "session_id": None,
        "thread_id": None,
        "turn_id": None,
        "turn_ids": [],
        "contact_id": contact_id,
        "actor_id": actor[:40] if actor else None,
        "agent_id": None,
        "agent_version": None,
        "kind": "erasure",
        "confidence": 0.0,
        "model": "",
        "degraded": False,
        "input_tokens": 0,
        "output_tokens": 0,
        "cost_nanos": 0,
        "currency": "",
        "seconds": 0.0,
        "stages": {},
        "ticket_id": None,
        "tools": [],
        "tool_names": "",
        "pii_redacted": False,
        "key_id": None,
        "sealed": None,
        "payload_digest": None,
        "payload_bytes": 0,
        "blob_key": None,
    }
