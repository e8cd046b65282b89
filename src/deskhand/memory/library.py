"""What staff and programs do with memories: list, add, correct, export, erase, recall, sum up.

Above: the endpoints. Below: the repositories, recall, the keeper. That a contact, a thread or an agent is there is
asked through `Places`, which the wiring fills from the slices that know.
"""

from typing import Protocol

from deskhand.kit.clock import Clock
from deskhand.memory.keeper import MemoryKeeper
from deskhand.memory.model import (
    Memory,
    MemoryContext,
    MemoryFilter,
    MemoryPage,
    MemoryPlace,
    NewMemory,
    Stored,
    UnknownPlace,
)
from deskhand.memory.reading import MemoryReader
from deskhand.memory.recall import MemoryRecall
from deskhand.memory.repository import MemoryRepository
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

SUMMARY_OF_A_TYPE = 3
SUMMARY_IMPORTANCE = 0.3


class Places(Protocol):
    """Who and what a memory may be of."""

    async def has_contact(self, scope: TenantScope, contact_id: str) -> bool: ...

    async def has_agent(self, scope: TenantScope, agent_id: str) -> bool: ...

    async def contact_of_thread(self, scope: TenantScope, thread_id: str) -> str | None:
        """Whose thread it is; None when there is none of that id."""
        ...


class MemoryLibrary:
    """The memories of tenants, as they are administered."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        recall: MemoryRecall,
        keeper: MemoryKeeper,
        places: Places,
        default_agent: str,
    ) -> None:
        self._store = store
        self._clock = clock
        self._recall = recall
        self._keeper = keeper
        self._places = places
        self._default_agent = default_agent

    async def page(self, scope: TenantScope, wanted: MemoryFilter, *, limit: int, offset: int) -> MemoryPage:
        """Newest first."""
        async with self._store.read(scope) as db:
            return await MemoryReader(db).page(wanted, limit=limit, offset=offset)

    async def memory(self, scope: TenantScope, memory_id: str) -> Memory:
        """Raises UnknownMemory."""
        async with self._store.read(scope) as db:
            return await MemoryReader(db).memory(memory_id)

    async def history(self, scope: TenantScope, memory_id: str) -> tuple[Memory, ...]:
        """All versions, newest first. Raises UnknownMemory."""
        async with self._store.read(scope) as db:
            return await MemoryReader(db).history(memory_id)

    async def add(self, scope: TenantScope, place: MemoryPlace, new: NewMemory) -> Stored:
        """Raises UnknownPlace, BadMemory."""
        (stored,) = await self._keeper.store(scope, place, [new])
        return stored

    async def correct(
        self, scope: TenantScope, memory_id: str, *, content: str | None, importance: float | None
    ) -> Memory:
        """Raises UnknownMemory, SameMemory, BadMemory."""
        async with self._store.write(scope) as db:
            repository = MemoryRepository(db, scope, self._clock)
            memory = await repository.correct(memory_id, content=content, importance=importance)
        self._keeper.embed_later(scope)
        return memory

    async def delete(self, scope: TenantScope, memory_id: str) -> int:
        """With its history; how many rows. Raises UnknownMemory."""
        async with self._store.write(scope) as db:
            return await MemoryRepository(db, scope, self._clock).delete(memory_id)

    async def export(self, scope: TenantScope, contact_id: str) -> tuple[Memory, ...]:
        """Everything of a contact, every version, oldest first. Raises UnknownPlace."""
        await self._require_contact(scope, contact_id)
        async with self._store.read(scope) as db:
            return await MemoryReader(db).all_of_contact(contact_id)

    async def erase(self, scope: TenantScope, contact_id: str) -> int:
        """Everything of a contact, for good; how many rows. Raises UnknownPlace."""
        await self._require_contact(scope, contact_id)
        async with self._store.write(scope) as db:
            return await MemoryRepository(db, scope, self._clock).erase(contact_id)

    async def recall(self, scope: TenantScope, place: MemoryPlace, query: str, *, limit: int) -> MemoryContext:
        """What the query calls up in a place. Looking counts as no use."""
        return await self._recall.recall(scope, place, query, k=limit)

    async def summary(self, scope: TenantScope, place: MemoryPlace) -> tuple[Memory, ...]:
        """The most important of what can be seen from a place: a few of each type, the weightiest first."""
        async with self._store.read(scope) as db:
            return await MemoryReader(db).weightiest(
                place.namespaces(scope.tenant_id), least=SUMMARY_IMPORTANCE, most=SUMMARY_OF_A_TYPE
            )

    async def place(
        self, scope: TenantScope, *, agent_id: str | None, contact_id: str | None, thread_id: str | None
    ) -> MemoryPlace:
        """The place of those ids; without an agent, the default one's; of a thread, its contact's too.

        Raises:
            UnknownPlace: when one of them is not there, or the thread is another contact's.
        """
        if agent_id is not None and not await self._places.has_agent(scope, agent_id):
            raise UnknownPlace(f"There is no agent {agent_id!r}: GET /api/v1/agents lists those there are.")
        if thread_id is not None:
            owner = await self._places.contact_of_thread(scope, thread_id)
            if owner is None or contact_id not in {None, owner}:
                raise UnknownPlace(f"There is no thread {thread_id!r} of this contact: GET /api/v1/threads lists them.")
            contact_id = owner
        elif contact_id is not None:
            await self._require_contact(scope, contact_id)
        return MemoryPlace(agent_id=agent_id or self._default_agent, contact_id=contact_id, thread_id=thread_id)

    async def _require_contact(self, scope: TenantScope, contact_id: str) -> None:
        if not await self._places.has_contact(scope, contact_id):
            raise UnknownPlace(f"There is no contact {contact_id!r}: take the id from one of its threads.")
