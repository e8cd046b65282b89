"""SQL that reads memories: lists, histories, what a namespace holds for recall, and what still lacks its vector.

Above: the library, recall, the keeper. Below: the tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from deskhand.llm.embedding import Vectors
from deskhand.memory.model import Memory, MemoryFilter, MemoryPage, UnknownMemory
from deskhand.memory.rows import memory_of
from deskhand.memory.tables import MemoryRow, NamespaceRow

NEWEST_SHARE = 0.8
"""Of the candidates of a namespace that has more; the rest are the most important of what is older."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unembedded:
    """A memory without a vector of the present embedder."""

    id: str
    content: str
    content_hash: str


class MemoryReader:
    """Reads the memories of the scope that its session is bound to."""

    def __init__(self, db: AsyncSession) -> None:
        self._db = db

    async def memory(self, memory_id: str) -> Memory:
        """The memory of that id.

        Raises:
            UnknownMemory: when there is none.
        """
        row = await self._db.scalar(select(MemoryRow).where(MemoryRow.id == memory_id))
        if row is None:
            raise UnknownMemory(f"There is no memory {memory_id!r}: GET /api/v1/memories lists those there are.")
        return memory_of(row)

    async def page(self, wanted: MemoryFilter, *, limit: int, offset: int) -> MemoryPage:
        """Newest first."""
        chosen = _chosen(wanted)
        total = await self._db.scalar(select(func.count()).select_from(chosen.subquery())) or 0
        ordered = chosen.order_by(MemoryRow.stated_at.desc(), MemoryRow.id.desc()).limit(limit).offset(offset)
        rows = await self._db.scalars(ordered)
        return MemoryPage(items=tuple(map(memory_of, rows)), total=total, limit=limit, offset=offset)

    async def all_of_contact(self, contact_id: str) -> tuple[Memory, ...]:
        """Everything that is remembered of a contact, every version, oldest first."""
        wanted = _chosen(MemoryFilter(contact_id=contact_id, include_superseded=True))
        return tuple(map(memory_of, await self._db.scalars(wanted.order_by(MemoryRow.stated_at, MemoryRow.id))))

    async def history(self, memory_id: str) -> tuple[Memory, ...]:
        """A memory in all its versions, the newest first.

        Raises:
            UnknownMemory: when there is none.
        """
        lineage = (await self.memory(memory_id)).lineage
        rows = await self._db.scalars(select(MemoryRow).where(MemoryRow.lineage == lineage))
        # What holds comes first; of the others, whichever was superseded last.
        versions = sorted(map(memory_of, rows), key=lambda found: found.superseded_at or found.stated_at, reverse=True)
        return tuple(sorted(versions, key=lambda found: found.superseded_at is not None))

    async def weightiest(self, namespaces: Sequence[str], *, least: float, most: int) -> tuple[Memory, ...]:
        """Of those that hold, the most important of each type."""
        found: list[Memory] = []
        for kind in (await self._db.scalars(_holding(namespaces).with_only_columns(MemoryRow.type).distinct())).all():
            of_kind = _holding(namespaces).where(MemoryRow.type == kind, MemoryRow.importance >= least)
            ordered = of_kind.order_by(MemoryRow.importance.desc(), MemoryRow.stated_at.desc(), MemoryRow.id)
            found.extend(map(memory_of, await self._db.scalars(ordered.limit(most))))
        return tuple(sorted(found, key=lambda memory: -memory.weight))

    async def versions(self, namespaces: Sequence[str]) -> Mapping[str, str]:
        """What each of the namespaces was last changed by; those that hold nothing are left out."""
        wanted = select(NamespaceRow.namespace, NamespaceRow.version).where(NamespaceRow.namespace.in_(namespaces))
        return {row.namespace: row.version for row in await self._db.execute(wanted)}

    async def candidates(
        self, namespace: str, *, most: int, fingerprint: str, dimensions: int
    ) -> tuple[list[Memory], Vectors]:
        """What holds in a namespace with its vectors, in the order in which it was said; zeros where there is none.

        Of more than `most`, the newest and the most important are read.
        """
        newest = int(most * NEWEST_SHARE)
        holding = _holding([namespace]).options(undefer(MemoryRow.vector))
        by_time = holding.order_by(MemoryRow.stated_at.desc(), MemoryRow.id.desc())
        rows = list(await self._db.scalars(by_time.limit(most)))
        if len(rows) == most:
            kept = {row.id: row for row in rows[:newest]}
            by_weight = holding.order_by(MemoryRow.importance.desc(), MemoryRow.stated_at.desc(), MemoryRow.id)
            for row in await self._db.scalars(by_weight.limit(most)):
                if len(kept) == most:
                    break
                kept.setdefault(row.id, row)
            rows = list(kept.values())
        rows.sort(key=lambda row: (row.occurred_at, row.id))
        vectors = np.zeros((len(rows), dimensions), dtype=np.float32)
        for number, row in enumerate(rows):
            if row.vector is not None and row.fingerprint == fingerprint:
                vectors[number] = np.frombuffer(row.vector, dtype="<f4")
        return [memory_of(row) for row in rows], vectors

    async def unembedded(self, fingerprint: str, limit: int) -> tuple[Unembedded, ...]:
        """Memories that hold and have no vector of that embedder, the oldest first."""
        missing = or_(MemoryRow.fingerprint.is_(None), MemoryRow.fingerprint != fingerprint)
        wanted = select(MemoryRow.id, MemoryRow.content, MemoryRow.content_hash).where(
            MemoryRow.superseded_at.is_(None), missing
        )
        rows = await self._db.execute(wanted.order_by(MemoryRow.id).limit(limit))
        return tuple(Unembedded(id=row.id, content=row.content, content_hash=row.content_hash) for row in rows)


async def tenants_with_memories(db: AsyncSession) -> tuple[str, ...]:
    """Ids of the tenants that remember anything, in a session across tenants."""
    return tuple(await db.scalars(select(NamespaceRow.tenant_id).distinct().order_by(NamespaceRow.tenant_id)))


def _holding(namespaces: Sequence[str]) -> Select[MemoryRow]:
    return select(MemoryRow).where(MemoryRow.namespace.in_(namespaces), MemoryRow.superseded_at.is_(None))


def _chosen(wanted: MemoryFilter) -> Select[MemoryRow]:
    chosen = select(MemoryRow)
    for column, value in (
        (MemoryRow.agent_id, wanted.agent_id),
        (MemoryRow.contact_id, wanted.contact_id),
        (MemoryRow.thread_id, wanted.thread_id),
        (MemoryRow.type, wanted.type),
    ):
        if value is not None:
            chosen = chosen.where(column == value)
    if wanted.min_importance is not None:
        chosen = chosen.where(MemoryRow.importance >= wanted.min_importance)
    if wanted.since is not None:
        chosen = chosen.where(MemoryRow.stated_at >= wanted.since)
    return chosen if wanted.include_superseded else chosen.where(MemoryRow.superseded_at.is_(None))
