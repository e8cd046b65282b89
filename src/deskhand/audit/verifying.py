"""Walks the chain and says where it first does not hold, and how.

A walk may be cut in parts: each tells the link it came to, and the next goes on behind it. Records that arrive
meanwhile lie behind the end that was read at the beginning, and are left for the next walk.
Above: the endpoint and the command. Below: repositories, links, the checks of payloads.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from deskhand.audit.breaks import altered, anchor_broken, break_behind, cut_off, follows, head_altered, head_missing
from deskhand.audit.links import GENESIS, head_content
from deskhand.audit.model import Break, ChainReport, Link
from deskhand.audit.payload_checks import Found, PayloadChecker
from deskhand.audit.repository import AuditRepository
from deskhand.audit.tables import AuditRow, HeadRow
from deskhand.audit.vault import Vault
from deskhand.kit.blobs import BlobStore
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

PAGE = 500
BEGINNING = Link(seq=0, hash=GENESIS)


@dataclass(frozen=True, kw_only=True, slots=True)
class _End:
    """The chain's end as it was when the walk began."""

    head: HeadRow | None
    is_signed: bool
    last_seq: int

    @property
    def seq(self) -> int:
        """Up to where there should be records."""
        return max(self.head.count, self.last_seq) if self.head is not None and self.is_signed else self.last_seq

    def break_at(self, through: Link) -> Break | None:
        """What is wrong with the end, for a walk over sound records that came to `through`."""
        if self.head is None:
            return head_missing(through.seq) if through.seq else None
        if not self.is_signed:
            return head_altered(through.seq, "its signature does not fit; it was changed, or the secret key was")
        if through != Link(seq=self.head.count, hash=self.head.hash):
            return head_altered(through.seq, "what was signed is not where the records end")
        since = self.head.distrusted_from
        if since is not None:
            return head_altered(since, f"before record {since} was chained, something else had changed it")
        return None


@dataclass(kw_only=True, slots=True)
class _Walk:
    """How far a walk has come."""

    through: Link
    checked: int = 0
    payloads_checked: int = 0
    payloads_unreachable: int = 0
    broken: Break | None = None


class ChainVerifier:
    """Checks the chain of a tenant."""

    def __init__(self, *, store: TenantStore, clock: Clock, vault: Vault, blobs: BlobStore) -> None:
        self._store = store
        self._vault = vault
        self._payloads = PayloadChecker(store=store, clock=clock, vault=vault, blobs=blobs)

    async def verify(
        self,
        scope: TenantScope,
        *,
        limit: int,
        after: Link | None = None,
        anchor: Link | None = None,
        payloads: bool = True,
    ) -> ChainReport:
        """Check at most `limit` records behind the link `after`, then the chain's end.

        `anchor` is a link that was noted before and must still stand: against an old database put in this one's place.
        With `payloads` what the turns were given is held against its digest, too.
        """
        async with self._store.read(scope) as db:
            records = AuditRepository(db, scope)
            head, last_seq = await records.head()
            waiting = await records.waiting()
        end = _End(head=head, is_signed=head is not None and self._is_signed(scope, head), last_seq=last_seq)
        walk = _Walk(through=after or BEGINNING)
        walk.broken = await self._broken_anchor(scope, anchor) or await self._broken_anchor(scope, after)
        while walk.broken is None and walk.through.seq < end.seq and walk.checked < limit:
            await self._page(scope, walk, min(PAGE, limit - walk.checked), end.seq, payloads=payloads)
        complete = walk.broken is None and walk.through.seq >= end.seq
        if complete:
            walk.broken = end.break_at(walk.through)
        return ChainReport(
            checked=walk.checked,
            through=walk.through,
            head=BEGINNING if head is None else Link(seq=head.count, hash=head.hash),
            complete=complete,
            broken=walk.broken,
            waiting=waiting,
            payloads_checked=walk.payloads_checked,
            payloads_unreachable=walk.payloads_unreachable,
        )

    def _is_signed(self, scope: TenantScope, head: HeadRow) -> bool:
        content = head_content(scope.tenant_id, head.count, head.hash, head.distrusted_from)
        return self._vault.is_signed(scope.tenant_id, content, head.signature)

    async def _broken_anchor(self, scope: TenantScope, link: Link | None) -> Break | None:
        if link is None or link == BEGINNING:
            return None
        async with self._store.read(scope) as db:
            row = await AuditRepository(db, scope).at(link.seq)
        return None if row is not None and row.hash == link.hash else anchor_broken(link)

    async def _page(self, scope: TenantScope, walk: _Walk, limit: int, end: int, *, payloads: bool) -> None:
        rows = await self._rows(scope, walk, limit, end)
        if walk.broken is not None:
            return
        if not rows:
            walk.broken = cut_off(walk.through.seq, end)
            return
        sound, broken = await asyncio.to_thread(_sound, walk.through, rows)
        with_payload = [row for row in sound if row.payload_digest is not None]
        if payloads and with_payload:
            found, odd = await self._payloads.check(scope, with_payload)
            walk.payloads_checked += found.count(Found.SOUND)
            walk.payloads_unreachable += found.count(Found.UNREACHABLE)
            if odd is not None:
                sound, broken = [row for row in sound if (row.seq or 0) < odd.seq], odd
        walk.checked += len(sound)
        walk.broken = broken
        if sound:
            walk.through = Link(seq=sound[-1].seq or 0, hash=sound[-1].hash or "")

    async def _rows(self, scope: TenantScope, walk: _Walk, limit: int, end: int) -> Sequence[AuditRow]:
        """The next records. One whose columns cannot even be read is looked for alone, and told as altered."""
        while True:
            try:
                async with self._store.read(scope) as db:
                    return await AuditRepository(db, scope).chained_after(walk.through.seq, through=end, limit=limit)
            except (ValueError, TypeError):
                if limit == 1:
                    walk.broken = altered(walk.through.seq + 1, None)
                    return ()
                limit = 1


def _sound(before: Link, rows: Sequence[AuditRow]) -> tuple[list[AuditRow], Break | None]:
    """The records that follow `before` and each other, and how the first that does not is broken."""
    sound: list[AuditRow] = []
    for row in rows:
        if not follows(row, before):
            return sound, break_behind(before, row)
        sound.append(row)
        before = Link(seq=row.seq or 0, hash=row.hash or "")
    return sound, None
