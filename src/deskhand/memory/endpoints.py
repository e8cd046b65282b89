"""Memories over HTTP, for staff and programs: seen with `memories:read`, changed with `memories:write`."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from deskhand.kit.clock import Clock
from deskhand.kit.problems import responses
from deskhand.memory.library import MemoryLibrary
from deskhand.memory.model import MemoryFilter, MemorySource, MemoryType, NewMemory, Provenance
from deskhand.memory.schemas import (
    AgentFilter,
    ContactFilter,
    ContactId,
    ErasedOut,
    ExportOut,
    HistoryOut,
    ImportanceFilter,
    Limit,
    MemoryId,
    MemoryIn,
    MemoryOut,
    MemoryPageOut,
    MemoryPatch,
    Offset,
    PlaceIn,
    RecallIn,
    RecallOut,
    SummaryOut,
    ThreadFilter,
    WindowFilter,
    memory_out,
    page_out,
    recall_out,
    summary_out,
)
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

Reader = Annotated[TenantScope, allowed(Permission.MEMORIES_READ)]
Writer = Annotated[TenantScope, allowed(Permission.MEMORIES_WRITE)]


class MemoryEndpoints:
    """Routes of the memory slice."""

    def __init__(self, library: MemoryLibrary, clock: Clock) -> None:
        self._library = library
        self._clock = clock
        self.router = APIRouter(prefix="/api/v1", tags=["memory"])
        add = self.router.add_api_route
        failures = responses(401, 403, 404, 422)
        one, of_contact = "/memories/{memory_id}", "/contacts/{contact_id}/memories"
        add("/memories", self.list_memories, methods=["GET"], responses=responses(401, 403, 422))
        add("/memories", self.add_memory, methods=["POST"], status_code=201, responses=failures)
        add("/memories/recall", self.recall_memories, methods=["POST"], responses=failures)
        add("/memories/summary", self.summarise_memories, methods=["POST"], responses=failures)
        add(one, self.get_memory, methods=["GET"], responses=failures)
        add(one, self.correct_memory, methods=["PATCH"], responses=responses(401, 403, 404, 409, 422))
        add(one, self.delete_memory, methods=["DELETE"], status_code=204, responses=failures)
        add(f"{one}/history", self.memory_history, methods=["GET"], responses=failures)
        add(f"{of_contact}/export", self.export_memories, methods=["GET"], responses=failures)
        add(of_contact, self.erase_memories, methods=["DELETE"], responses=failures)

    async def list_memories(
        self,
        scope: Reader,
        contact_id: ContactFilter | None = None,
        agent_id: AgentFilter | None = None,
        thread_id: ThreadFilter | None = None,
        type: Annotated[MemoryType | None, Query()] = None,  # noqa: A002 - the parameter's public name
        min_importance: ImportanceFilter | None = None,
        window_hours: WindowFilter | None = None,
        include_superseded: Annotated[bool, Query(description="Earlier versions too.")] = False,  # noqa: FBT002
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> MemoryPageOut:
        """What is remembered, newest first."""
        wanted = MemoryFilter(
            agent_id=agent_id,
            contact_id=contact_id,
            thread_id=thread_id,
            type=type,
            min_importance=min_importance,
            since=self._clock.now() - timedelta(hours=window_hours) if window_hours else None,
            include_superseded=include_superseded,
        )
        return page_out(await self._library.page(scope, wanted, limit=limit, offset=offset))

    async def add_memory(self, body: MemoryIn, scope: Writer) -> MemoryOut:
        """Remember something. The same content again raises the importance to the larger, and counts as a repeat."""
        place = await self._library.place(
            scope, agent_id=body.agent_id, contact_id=body.contact_id, thread_id=body.thread_id
        )
        new = NewMemory(
            type=body.type,
            content=body.content,
            importance=body.importance,
            key=body.key,
            provenance=Provenance(source=MemorySource.STAFF),
        )
        return memory_out((await self._library.add(scope, place, new)).memory)

    async def get_memory(self, memory_id: MemoryId, scope: Reader) -> MemoryOut:
        """One memory."""
        return memory_out(await self._library.memory(scope, memory_id))

    async def correct_memory(self, memory_id: MemoryId, body: MemoryPatch, scope: Writer) -> MemoryOut:
        """Correct a memory's text or importance; its text until now stays in its history."""
        corrected = await self._library.correct(scope, memory_id, content=body.content, importance=body.importance)
        return memory_out(corrected)

    async def delete_memory(self, memory_id: MemoryId, scope: Writer) -> Response:
        """Remove a memory with its whole history, for good."""
        await self._library.delete(scope, memory_id)
        return Response(status_code=204)

    async def memory_history(self, memory_id: MemoryId, scope: Reader) -> HistoryOut:
        """A memory in all its versions, the newest first."""
        return HistoryOut(items=[memory_out(found) for found in await self._library.history(scope, memory_id)])

    async def recall_memories(self, body: RecallIn, scope: Reader) -> RecallOut:
        """What an agent would recall for a message. Looking changes nothing."""
        place = await self._library.place(
            scope, agent_id=body.agent_id, contact_id=body.contact_id, thread_id=body.thread_id
        )
        return recall_out(await self._library.recall(scope, place, body.query, limit=body.limit))

    async def summarise_memories(self, body: PlaceIn, scope: Reader) -> SummaryOut:
        """The most important memories, up to three of each type, of importance 0.3 or more."""
        place = await self._library.place(
            scope, agent_id=body.agent_id, contact_id=body.contact_id, thread_id=body.thread_id
        )
        return summary_out(await self._library.summary(scope, place))

    async def export_memories(self, contact_id: ContactId, scope: Reader) -> ExportOut:
        """Everything that is remembered of a contact, for handing it over."""
        items = await self._library.export(scope, contact_id)
        return ExportOut(
            contact_id=contact_id, exported_at=self._clock.now(), items=[memory_out(memory) for memory in items]
        )

    async def erase_memories(self, contact_id: ContactId, scope: Writer) -> ErasedOut:
        """Remove everything that is remembered of a contact, every version, for good."""
        return ErasedOut(erased=await self._library.erase(scope, contact_id))
