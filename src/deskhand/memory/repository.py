"""SQL that changes memories, inside the caller's transaction. What only reads stands in `reading`.

Every change begins with the namespace's row: writers of one namespace come one after another, on both databases, and
its new version tells every process that what it holds in its cache is stale.
"""

import math
from collections.abc import Sequence

from sqlalchemy import and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.kit.clock import Clock
from deskhand.kit.db import upsert
from deskhand.kit.ids import new_id
from deskhand.memory.model import (
    MAX_CONTENT,
    BadMemory,
    Memory,
    MemoryPlace,
    MemorySettings,
    MemorySource,
    NewMemory,
    SameMemory,
    Stored,
    UnknownMemory,
)
from deskhand.memory.rows import earlier_version, hash_of, memory_of, row_of
from deskhand.memory.tables import MemoryRow, NamespaceRow
from deskhand.tenancy.scope import TenantScope

_UNSYNCED = {"synchronize_session": False}


class MemoryRepository:
    """Writes the memories of one scope."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def store(self, place: MemoryPlace, new: NewMemory) -> Stored:
        """Remember it. The same content again raises the importance to the larger and counts as a repeat.

        Of a fact with a key the newest holds, and supersedes the one before; but what staff wrote is not overruled by
        what a customer or a model says: that stands beside it, without the key.

        Raises:
            BadMemory: when the content is empty or too long, or the importance is no number.
        """
        importance = clamped(new.importance)
        _check_content(new.content)
        namespace = place.namespace(self._scope.tenant_id)
        await self._touch(namespace, place.contact_id)
        same = await self._holding(namespace, MemoryRow.content_hash == hash_of(new.content))
        if same is not None:
            return await self._repeat(same, new, importance)
        row = row_of(place, new, tenant_id=self._scope.tenant_id, now=self._clock.now())
        row.importance = importance
        row.fact_key = await self._take(new.key, row, new.provenance.source)
        self._db.add(row)
        await self._db.flush()
        return Stored(memory=memory_of(row), is_new=True)

    async def correct(self, memory_id: str, *, content: str | None, importance: float | None) -> Memory:
        """The memory with what is given changed; what it said until now stays in its history.

        Raises:
            UnknownMemory: when there is none.
            SameMemory: when another memory of the place says the same.
            BadMemory: as `store` does, and for an earlier version, which stays as it was.
        """
        row = await self._row(memory_id)
        if row.superseded_at is not None:
            raise BadMemory(f"{memory_id!r} is an earlier version: correct {row.superseded_by!r}, which holds now.")
        await self._touch(row.namespace, row.contact_id)
        if importance is not None:
            row.importance = clamped(importance)
        if content is not None and content != row.content:
            await self._rewrite(row, content)
        await self._db.flush()
        return memory_of(row)

    async def delete(self, memory_id: str) -> int:
        """Remove a memory with all its versions for good; how many rows that were.

        Raises:
            UnknownMemory: when there is none.
        """
        row = await self._row(memory_id)
        await self._touch(row.namespace, row.contact_id)
        return await self._delete(MemoryRow.lineage == row.lineage)

    async def erase(self, contact_id: str) -> int:
        """Remove everything that is remembered of a contact for good, every version; how many rows that were."""
        of_contact = NamespaceRow.contact_id == contact_id
        places = select(NamespaceRow.namespace).where(of_contact).order_by(NamespaceRow.namespace)
        for namespace in (await self._db.scalars(places)).all():
            await self._touch(namespace, contact_id)
        erased = await self._delete(MemoryRow.contact_id == contact_id)
        await self._db.execute(delete(NamespaceRow).where(of_contact), execution_options=_UNSYNCED)
        return erased

    async def forget(self, settings: MemorySettings, *, contact_id: str | None = None) -> int:
        """Remove what is old, unimportant and hardly used, the oldest first and so many at once; how many."""
        stale = and_(
            MemoryRow.importance < settings.forget_below,
            MemoryRow.stated_at < self._clock.now() - settings.forget_after,
            MemoryRow.uses < settings.forget_uses,
        )
        wanted = select(MemoryRow.id, MemoryRow.namespace, MemoryRow.contact_id).where(stale)
        if contact_id is not None:
            wanted = wanted.where(MemoryRow.contact_id == contact_id)
        chosen = await self._db.execute(wanted.order_by(MemoryRow.stated_at).limit(settings.forget_at_once))
        rows = chosen.all()
        for namespace, of_contact in sorted({(row.namespace, row.contact_id or "") for row in rows}):
            await self._touch(namespace, of_contact or None)
        # Asked again: it may have been said once more before its namespace was ours.
        return await self._delete(and_(MemoryRow.id.in_([row.id for row in rows]), stale)) if rows else 0

    async def count_uses(self, memory_ids: Sequence[str]) -> None:
        """Note that these were recalled now, in one statement."""
        used = update(MemoryRow).where(MemoryRow.id.in_(memory_ids))
        values = used.values(uses=MemoryRow.uses + 1, last_used_at=self._clock.now())
        await self._db.execute(values, execution_options=_UNSYNCED)

    async def keep_vectors(self, vectors: dict[str, bytes], hashes: dict[str, str], fingerprint: str) -> None:
        """Give memories, by id, their vectors; whichever changed meanwhile (`hashes`) is left for the next time."""
        rows = (await self._db.scalars(select(MemoryRow).where(MemoryRow.id.in_(vectors)))).all()
        for namespace, contact_id in sorted({(row.namespace, row.contact_id or "") for row in rows}):
            await self._touch(namespace, contact_id or None)
        for row in rows:
            if hashes[row.id] == row.content_hash:
                row.vector, row.fingerprint = vectors[row.id], fingerprint
        await self._db.flush()

    async def _repeat(self, row: MemoryRow, new: NewMemory, importance: float) -> Stored:
        row.importance = max(row.importance, importance)
        row.repeats += 1
        row.stated_at = max(row.stated_at, new.occurred_at or self._clock.now())
        if new.key is not None and row.fact_key is None:
            row.fact_key = await self._take(new.key, row, new.provenance.source)
        await self._db.flush()
        return Stored(memory=memory_of(row), is_new=False)

    async def _take(self, key: str | None, row: MemoryRow, source: MemorySource) -> str | None:
        """The key, after whichever held it was superseded by the row; None where the row may not have it."""
        if key is None:
            return None
        before = await self._holding(row.namespace, MemoryRow.fact_key == key, MemoryRow.id != row.id)
        if before is None:
            return key
        if before.source == MemorySource.STAFF and source is not MemorySource.STAFF:
            return None
        before.superseded_by, before.superseded_at = row.id, self._clock.now()
        row.lineage = before.lineage
        await self._db.flush()  # before another has the key: of a fact one holds
        return key

    async def _rewrite(self, row: MemoryRow, content: str) -> None:
        _check_content(content)
        now, digest = self._clock.now(), hash_of(content)
        other = await self._holding(row.namespace, MemoryRow.content_hash == digest, MemoryRow.id != row.id)
        if other is not None:
            raise SameMemory(f"{other.id!r} says the same already: delete {row.id!r}, or write something else.")
        self._db.add(earlier_version(row, now))
        row.content, row.content_hash, row.stated_at = content, digest, now
        row.source, row.quote = MemorySource.STAFF, None
        row.turn_id = row.message_id = row.session_id = None
        row.vector = row.fingerprint = None

    async def _holding(self, namespace: str, *conditions: object) -> MemoryRow | None:
        wanted = select(MemoryRow).where(MemoryRow.namespace == namespace, MemoryRow.superseded_at.is_(None))
        found: MemoryRow | None = await self._db.scalar(wanted.where(*conditions))  # type: ignore[arg-type] # columns
        return found

    async def _row(self, memory_id: str) -> MemoryRow:
        row = await self._db.scalar(select(MemoryRow).where(MemoryRow.id == memory_id))
        if row is None:
            raise UnknownMemory(f"There is no memory {memory_id!r}: GET /api/v1/memories lists those there are.")
        return row

    async def _delete(self, condition: object) -> int:
        gone = await self._db.execute(
            delete(MemoryRow).where(condition),  # type: ignore[arg-type] # a column's condition
            execution_options=_UNSYNCED,
        )
        return int(gone.rowcount)  # type: ignore[attr-defined] # a statement that changes rows counts them

    async def _touch(self, namespace: str, contact_id: str | None) -> None:
        """Lock the namespace until the transaction ends, and give it a new version."""
        values = {
            "tenant_id": self._scope.tenant_id,
            "namespace": namespace,
            "contact_id": contact_id,
            "version": new_id("ver"),
        }
        renewed = upsert(self._db, NamespaceRow).values(values)
        key = ["tenant_id", "namespace"]
        await self._db.execute(renewed.on_conflict_do_update(index_elements=key, set_={"version": values["version"]}))


def clamped(importance: float) -> float:
    """The importance within 0 to 1.

    Raises:
        BadMemory: when it is no finite number.
    """
    if not math.isfinite(importance):
        raise BadMemory(f"An importance is a number from 0 to 1, not {importance!r}.")
    return min(1.0, max(0.0, float(importance)))


def _check_content(content: str) -> None:
    if not content.strip():
        raise BadMemory("There is nothing to remember in an empty text: write what is to be remembered.")
    if len(content) > MAX_CONTENT:
        raise BadMemory(
            f"A memory has at most {MAX_CONTENT:,} characters, and this has {len(content):,}: shorten it, or put "
            "it into a knowledge base."
        )
