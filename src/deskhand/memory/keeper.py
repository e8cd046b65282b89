"""Keeps memories: learns from messages and closed sessions, embeds them beside everything else, forgets what is stale.

Above: the turn (`learn` inside its transaction, `embed_later` after it), the closing of sessions, the tool, the API, a
sweep. Below: extraction, the repositories, the embedder.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.kit.background import Background
from deskhand.kit.clock import Clock
from deskhand.llm.embedding import Embedder
from deskhand.memory.extraction import find_facts
from deskhand.memory.extraction_facts import IMPORTANCE, Fact
from deskhand.memory.model import (
    MAX_CONTENT,
    Memory,
    MemoryPlace,
    MemorySettings,
    MemorySource,
    MemoryType,
    NewMemory,
    Provenance,
    Stored,
)
from deskhand.memory.reading import MemoryReader, tenants_with_memories
from deskhand.memory.repository import MemoryRepository
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

EMBEDDED_AT_ONCE = 64
SWEEP_SECONDS = 3_600.0

log = structlog.get_logger(__name__)


class ClosedSession(Protocol):
    """What of a closed session matters here."""

    @property
    def id(self) -> str: ...
    @property
    def contact_id(self) -> str: ...
    @property
    def agent_id(self) -> str | None: ...
    @property
    def last_activity_at(self) -> datetime: ...


class ClosingRecord(Protocol):
    """What was written down of it."""

    @property
    def summary(self) -> str: ...
    @property
    def message_count(self) -> int: ...


class MemoryKeeper:
    """Writes memories, and sees to it that they get their vectors."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        embedder: Embedder,
        background: Background,
        default_agent: str,
        settings: MemorySettings | None = None,
    ) -> None:
        """`default_agent` is the id under which the tenant's default agent answers."""
        self._store = store
        self._clock = clock
        self._embedder = embedder
        self._background = background
        self._default_agent = default_agent
        self._settings = settings or MemorySettings()
        self._embedding: set[str] = set()
        self._asked_again: set[str] = set()

    async def learn(
        self,
        db: AsyncSession,
        scope: TenantScope,
        place: MemoryPlace,
        *,
        turn_id: str,
        message_id: str,
        text: str,
        session_id: str | None = None,
        facts: Sequence[Fact] | None = None,
    ) -> list[Memory]:
        """Remember of the contact what the message says of it, in the caller's transaction. Embeds nothing.

        `facts` is what `find_facts(text)` gave, when that was done before the transaction, as it should be.
        """
        found = find_facts(text) if facts is None else facts
        if place.contact_id is None:
            return []
        repository = MemoryRepository(db, scope, self._clock)
        learned: list[Memory] = []
        for item in found:
            origin = Provenance(
                source=MemorySource.MESSAGE,
                session_id=session_id,
                turn_id=turn_id,
                message_id=message_id,
                quote=item.quote,
            )
            new = NewMemory(
                type=item.type, content=item.content, importance=item.importance, provenance=origin, key=item.key
            )
            learned.append((await repository.store(place.of_contact, new)).memory)
        return learned

    async def store(self, scope: TenantScope, place: MemoryPlace, memories: Sequence[NewMemory]) -> list[Stored]:
        """Remember these, all or none. Their vectors follow.

        Raises:
            BadMemory: when one of them is none.
        """
        async with self._store.write(scope) as db:
            repository = MemoryRepository(db, scope, self._clock)
            stored = [await repository.store(place, new) for new in memories]
        self.embed_later(scope)
        return stored

    async def session_closed(self, scope: TenantScope, session: ClosedSession, closing: ClosingRecord) -> None:
        """Remember of the contact what the session was about, and forget what of it has become stale."""
        place = MemoryPlace(agent_id=session.agent_id or self._default_agent, contact_id=session.contact_id)
        if closing.summary.strip() and closing.message_count:
            async with self._store.write(scope) as db:
                await MemoryRepository(db, scope, self._clock).store(place, _summary(session, closing))
        async with self._store.write(scope) as db:  # another one: namespaces are locked in order
            repository = MemoryRepository(db, scope, self._clock)
            forgotten = await repository.forget(self._settings, contact_id=session.contact_id)
        log.info("session_remembered", session_id=session.id, forgotten=forgotten)
        self.embed_later(scope)

    def embed_later(self, scope: TenantScope) -> None:
        """Give the tenant's new memories their vectors, beside everything else; one such task a tenant at a time."""
        if scope.tenant_id in self._embedding:
            self._asked_again.add(scope.tenant_id)
            return
        self._embedding.add(scope.tenant_id)
        self._background.start("memory_vectors", self._embed(own_scope(scope.tenant_id)))

    async def sweep(self) -> int:
        """Of every tenant, forget what is stale, a part at a time, and embed what was left over; how many forgotten."""
        async with self._store.across_tenants() as db:
            tenants = await tenants_with_memories(db)
        forgotten = 0
        for tenant_id in tenants:
            scope = own_scope(tenant_id)
            async with self._store.write(scope) as db:
                forgotten += await MemoryRepository(db, scope, self._clock).forget(self._settings)
            self.embed_later(scope)
        return forgotten

    async def _embed(self, scope: TenantScope) -> None:
        tenant_id = scope.tenant_id
        try:
            while await self._embed_some(scope) or tenant_id in self._asked_again:
                self._asked_again.discard(tenant_id)
        finally:
            self._embedding.discard(tenant_id)
            self._asked_again.discard(tenant_id)

    async def _embed_some(self, scope: TenantScope) -> bool:
        """Whether there may be more."""
        fingerprint = self._embedder.fingerprint
        async with self._store.read(scope) as db:
            missing = await MemoryReader(db).unembedded(fingerprint, EMBEDDED_AT_ONCE)
        if not missing:
            return False
        vectors = await self._embedder.embed_documents([memory.content for memory in missing])
        as_bytes = {memory.id: row.astype("<f4").tobytes() for memory, row in zip(missing, vectors, strict=True)}
        hashes = {memory.id: memory.content_hash for memory in missing}
        async with self._store.write(scope) as db:
            await MemoryRepository(db, scope, self._clock).keep_vectors(as_bytes, hashes, fingerprint)
        return True


def own_scope(tenant_id: str) -> TenantScope:
    """The scope of work that the tenant's own house does."""
    return TenantScope(tenant_id=tenant_id, role=Role.OWNER)


def _summary(session: ClosedSession, closing: ClosingRecord) -> NewMemory:
    """Keyed by its session, so that a record told twice is remembered once."""
    return NewMemory(
        type=MemoryType.CONTEXT,
        key=f"session.{session.id}",
        content=closing.summary.strip()[:MAX_CONTENT],
        importance=IMPORTANCE[MemoryType.CONTEXT],
        provenance=Provenance(source=MemorySource.SUMMARY, session_id=session.id),
        occurred_at=session.last_activity_at,
    )
