"""Which CRM a tenant has: the external one for those whose it is, the built-in one for all others.

An installation has one external CRM at most, which belongs to one company: no other tenant's contacts are ever looked
up there. Above: the wiring. Below: the port.
"""

from collections.abc import Awaitable, Callable

from deskhand.crm.model import (
    ContactEvent,
    ContactNote,
    CustomerProfile,
    NewEvent,
    NewNote,
    PipelineMove,
    ProfileChange,
    TagChange,
    Writing,
)
from deskhand.crm.port import CustomerRecords
from deskhand.tenancy.scope import TenantScope


class RecordsByTenant:
    """`CustomerRecords` that hands each call on to the tenant's CRM."""

    def __init__(
        self,
        *,
        built_in: CustomerRecords,
        external: CustomerRecords,
        has_external: Callable[[TenantScope], Awaitable[bool]],
    ) -> None:
        """`has_external` says whether the external CRM is the tenant's."""
        self._built_in = built_in
        self._external = external
        self._has_external = has_external

    async def lookup(self, scope: TenantScope, contact_id: str) -> CustomerProfile | None:
        return await (await self._of(scope)).lookup(scope, contact_id)

    async def change(
        self, scope: TenantScope, contact_id: str, change: ProfileChange, writing: Writing
    ) -> CustomerProfile:
        return await (await self._of(scope)).change(scope, contact_id, change, writing)

    async def update_tags(
        self, scope: TenantScope, contact_id: str, change: TagChange, writing: Writing
    ) -> CustomerProfile:
        return await (await self._of(scope)).update_tags(scope, contact_id, change, writing)

    async def set_pipeline(
        self, scope: TenantScope, contact_id: str, move: PipelineMove, writing: Writing
    ) -> CustomerProfile:
        return await (await self._of(scope)).set_pipeline(scope, contact_id, move, writing)

    async def add_note(self, scope: TenantScope, contact_id: str, new: NewNote, writing: Writing) -> ContactNote:
        return await (await self._of(scope)).add_note(scope, contact_id, new, writing)

    async def add_event(self, scope: TenantScope, contact_id: str, new: NewEvent, writing: Writing) -> ContactEvent:
        return await (await self._of(scope)).add_event(scope, contact_id, new, writing)

    async def _of(self, scope: TenantScope) -> CustomerRecords:
        return self._external if await self._has_external(scope) else self._built_in
