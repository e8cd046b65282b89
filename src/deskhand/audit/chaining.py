"""SQL of the chain's end: who may append takes its row, and holds it to the end of the transaction.

The row is taken by an update, which queues the writers of one tenant on either database, whatever their process, so
there is never a fork. It is taken last in a turn's transaction, to be held briefly.
"""

from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.audit.links import GENESIS, content_of, head_content, link_hash, said
from deskhand.audit.model import Link
from deskhand.audit.tables import AuditRow, HeadRow
from deskhand.audit.vault import Vault
from deskhand.kit.clock import Clock
from deskhand.kit.db import upsert
from deskhand.tenancy.scope import TenantScope

log = structlog.get_logger(__name__)

BATCH = 200
_UNSYNCHRONISED = {"synchronize_session": False}
_LAST_SEQ = (
    select(AuditRow.seq)
    .where(AuditRow.tenant_id == bindparam("of_tenant"), AuditRow.seq.is_not(None))
    .order_by(AuditRow.seq.desc())
    .limit(1)
    .scalar_subquery()
)
_TAKEN = (
    update(HeadRow)
    .where(HeadRow.tenant_id == bindparam("of_tenant"))
    .values(updated_at=bindparam("moment"))
    .returning(HeadRow.count, HeadRow.hash, HeadRow.distrusted_from, HeadRow.signature, _LAST_SEQ.label("last_seq"))
)
_MOVED = (
    update(HeadRow)
    .where(HeadRow.tenant_id == bindparam("of_tenant"))
    .values(
        count=bindparam("now_count"),
        hash=bindparam("now_hash"),
        distrusted_from=bindparam("now_distrusted"),
        signature=bindparam("now_signature"),
    )
)
_CHAINED = (
    update(AuditRow)
    .where(AuditRow.id == bindparam("of_id"), AuditRow.seq.is_(None))
    .values(seq=bindparam("now_seq"), previous_hash=bindparam("now_previous"), hash=bindparam("now_hash"))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The end of the chain as it is held."""

    last: Link
    distrusted_from: int | None

    def after(self, last: Link) -> "Head":
        return Head(last=last, distrusted_from=self.distrusted_from)


class Chain:
    """The chain of one scope's tenant, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock, vault: Vault) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock
        self._vault = vault

    async def take(self) -> Head:
        """The end of the chain, ours until the transaction ends.

        An end that was tampered with is not signed anew as if it were sound: the chain goes on behind what is stored,
        and says from then on where that was.
        """
        row = await self._taken()
        if row is None:
            await self._begin()
            row = await self._taken()
        if row is None:
            raise RuntimeError("the end of the audit's chain is neither there nor can be made")
        head = Head(last=Link(seq=row.count, hash=row.hash), distrusted_from=row.distrusted_from)
        if self._is_signed(head, row.signature) and row.count >= (row.last_seq or 0):
            return head
        return await self._distrusted(head)

    def placed(self, head: Head, columns: dict[str, Any]) -> tuple[dict[str, Any], Head]:
        """A new record's columns with its place behind `head`, and the end of the chain with it."""
        seq, previous = head.last.seq + 1, head.last.hash
        found = link_hash(said(columns, columns["sealed"]), seq, previous)
        placed = columns | {"seq": seq, "previous_hash": previous, "hash": found}
        return placed, head.after(Link(seq=seq, hash=found))

    async def move(self, head: Head) -> None:
        """Let the chain end there."""
        tenant_id = self._scope.tenant_id
        content = head_content(tenant_id, head.last.seq, head.last.hash, head.distrusted_from)
        values = {
            "of_tenant": tenant_id,
            "now_count": head.last.seq,
            "now_hash": head.last.hash,
            "now_distrusted": head.distrusted_from,
            "now_signature": self._vault.signature(tenant_id, content),
        }
        await self._db.execute(_MOVED, values, execution_options=_UNSYNCHRONISED)

    async def chain_waiting(self) -> int:
        """Chain a batch of the records that wait for it, oldest first. How many there were."""
        head = await self.take()
        rows = (
            await self._db.scalars(select(AuditRow).where(AuditRow.seq.is_(None)).order_by(AuditRow.id).limit(BATCH))
        ).all()
        for row in rows:
            seq, previous = head.last.seq + 1, head.last.hash
            found = link_hash(content_of(row), seq, previous)
            place = {"of_id": row.id, "now_seq": seq, "now_previous": previous, "now_hash": found}
            await self._db.execute(_CHAINED, place, execution_options=_UNSYNCHRONISED)
            head = head.after(Link(seq=seq, hash=found))
        if rows:
            await self.move(head)
        return len(rows)

    async def _taken(self) -> Any:
        values = {"of_tenant": self._scope.tenant_id, "moment": self._clock.now()}
        return (await self._db.execute(_TAKEN, values, execution_options=_UNSYNCHRONISED)).first()

    async def _begin(self) -> None:
        """A chain without a record; nothing happens when somebody else has begun it meanwhile."""
        tenant_id = self._scope.tenant_id
        values = {
            "tenant_id": tenant_id,
            "count": 0,
            "hash": GENESIS,
            "distrusted_from": None,
            "signature": self._vault.signature(tenant_id, head_content(tenant_id, 0, GENESIS, None)),
            "updated_at": self._clock.now(),
        }
        await self._db.execute(upsert(self._db, HeadRow).on_conflict_do_nothing(), [values])

    def _is_signed(self, head: Head, signature: str) -> bool:
        tenant_id = self._scope.tenant_id
        content = head_content(tenant_id, head.last.seq, head.last.hash, head.distrusted_from)
        return self._vault.is_signed(tenant_id, content, signature)

    async def _distrusted(self, head: Head) -> Head:
        """The end as the stored records have it, with a note that it was not what had been signed."""
        row = (
            await self._db.execute(
                select(AuditRow.seq, AuditRow.hash)
                .where(AuditRow.seq.is_not(None))
                .order_by(AuditRow.seq.desc())
                .limit(1)
            )
        ).first()
        last = Link(seq=0, hash=GENESIS) if row is None else Link(seq=row.seq, hash=row.hash or GENESIS)
        log.error("audit_chain_end_was_tampered_with", tenant_id=self._scope.tenant_id, goes_on_from=last.seq)
        distrusted = head.distrusted_from
        return Head(last=last, distrusted_from=last.seq + 1 if distrusted is None else distrusted)
