"""Memories of two contacts of one tenant, on a real store, with a clock that the test moves."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from deskhand.kit.background import Background
from deskhand.kit.db import Database
from deskhand.llm.embedding import Vectors
from deskhand.memory.keeper import MemoryKeeper
from deskhand.memory.model import (
    Memory,
    MemoryContext,
    MemoryFilter,
    MemoryPlace,
    MemorySettings,
    MemorySource,
    MemoryType,
    NewMemory,
    Provenance,
    Stored,
)
from deskhand.memory.reading import MemoryReader
from deskhand.memory.recall import MemoryRecall
from deskhand.memory.repository import MemoryRepository
from deskhand.migrations.run import migrate
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tables import Contact, Tenant
from deskhand.testing.hash_embedder import HashEmbedder
from migrations.conftest import database, database_url, postgres, postgres_url

__all__ = ["database", "database_url", "postgres", "postgres_url"]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AGENT = "support"


@dataclass
class MovedClock:
    """Stands still until it is moved."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment

    def move(self, by: timedelta) -> None:
        self.moment += by


class CountingEmbedder(HashEmbedder):
    """Keeps what it was asked to embed."""

    def __init__(self) -> None:
        super().__init__()
        self.queries: list[str] = []

    async def embed_query(self, text: str) -> Vectors:
        self.queries.append(text)
        return await super().embed_query(text)

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.queries.extend(texts)
        return await super().embed_queries(texts)


@dataclass
class Desk:
    """The memory of tenant one, as a process has it."""

    store: TenantStore
    clock: MovedClock
    settings: MemorySettings = field(default_factory=MemorySettings)
    embedder: CountingEmbedder = field(default_factory=CountingEmbedder)
    background: Background = field(default_factory=Background)
    scope: TenantScope = field(default_factory=lambda: scope_of("ten_1"))

    def __post_init__(self) -> None:
        parts = {
            "store": self.store,
            "clock": self.clock,
            "embedder": self.embedder,
            "background": self.background,
            "settings": self.settings,
        }
        self.keeper = MemoryKeeper(**parts, default_agent=AGENT)  # type: ignore[arg-type] # one a parameter
        self.recaller = MemoryRecall(**parts)  # type: ignore[arg-type] # one a parameter

    def another_process(self, **changed: object) -> "Desk":
        return Desk(store=self.store, clock=self.clock, **changed)  # type: ignore[arg-type] # fields by name

    async def keep(
        self,
        content: str,
        place: MemoryPlace | None = None,
        *,
        kind: MemoryType = MemoryType.FACT,
        importance: float = 0.5,
        key: str | None = None,
        source: MemorySource = MemorySource.MESSAGE,
        at: datetime | None = None,
    ) -> Stored:
        new = NewMemory(
            type=kind,
            content=content,
            importance=importance,
            key=key,
            provenance=Provenance(source=source),
            occurred_at=at,
        )
        (stored,) = await self.keeper.store(self.scope, place or ana(), [new])
        await self.background.settle()
        return stored

    async def recall(self, text: str, place: MemoryPlace | None = None, k: int = 10) -> MemoryContext:
        return await self.recaller.recall(self.scope, place or ana(), text, k=k)

    async def recalled(self, text: str, place: MemoryPlace | None = None, k: int = 10) -> list[str]:
        return [item.memory.content for item in (await self.recall(text, place, k)).items]

    async def all(self, **wanted: object) -> list[Memory]:
        chosen = MemoryFilter(**wanted)  # type: ignore[arg-type] # fields by name
        async with self.store.read(self.scope) as db:
            return list((await MemoryReader(db).page(chosen, limit=100, offset=0)).items)

    async def history(self, memory_id: str) -> list[Memory]:
        async with self.store.read(self.scope) as db:
            return list(await MemoryReader(db).history(memory_id))

    async def forget(self, contact_id: str | None = None) -> int:
        async with self.store.write(self.scope) as db:
            return await MemoryRepository(db, self.scope, self.clock).forget(self.settings, contact_id=contact_id)

    async def erase(self, contact_id: str) -> int:
        async with self.store.write(self.scope) as db:
            return await MemoryRepository(db, self.scope, self.clock).erase(contact_id)


def scope_of(tenant_id: str) -> TenantScope:
    return TenantScope(tenant_id=tenant_id, role=Role.OWNER)


def ana() -> MemoryPlace:
    return MemoryPlace(agent_id=AGENT, contact_id="con_ana")


def bob() -> MemoryPlace:
    return MemoryPlace(agent_id=AGENT, contact_id="con_bob")


def everybody() -> MemoryPlace:
    return MemoryPlace(agent_id=AGENT)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def store(database: Database, clock: MovedClock) -> TenantStore:
    await migrate(database)
    opened = TenantStore(database)
    async with database.write() as db:
        for number in ("1", "2"):
            db.add(
                Tenant(
                    id=f"ten_{number}", slug=f"shop-{number}", company="Shop", agent_name="Sam", created_at=clock.now()
                )
            )
    for tenant_id, contact_id in (("ten_1", "con_ana"), ("ten_1", "con_bob"), ("ten_2", "con_eve")):
        async with opened.write(scope_of(tenant_id)) as db:
            db.add(Contact(id=contact_id, tenant_id=tenant_id, name=None, created_at=clock.now()))
    return opened


@pytest.fixture
async def desk(store: TenantStore, clock: MovedClock) -> AsyncIterator[Desk]:
    opened = Desk(store=store, clock=clock)
    yield opened
    await opened.background.close()
