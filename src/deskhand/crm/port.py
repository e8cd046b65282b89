"""What the floors above need of a CRM, whichever it is: the built-in one (`records.py`) or one over HTTP
(`external.py`).

A write under an idempotency key happens once: the same key with the same request gives what the first one gave, with
another request it is refused (`KeyReused`). Every write notes who did it.
"""

from typing import Protocol

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
from deskhand.tenancy.scope import TenantScope


class CustomerRecords(Protocol):
    """The contacts of every tenant, each reached through its scope.

    Every write raises `UnknownContact` when there is no such contact, `InvalidContact` (a subclass of `InvalidValue`)
    when a value cannot be kept, `KeyReused` as above; one over HTTP also `TransientError` and `Unavailable`.
    """

    async def lookup(self, scope: TenantScope, contact_id: str) -> CustomerProfile | None:
        """What is known of the contact; None when there is no such contact."""
        ...

    async def change(
        self, scope: TenantScope, contact_id: str, change: ProfileChange, writing: Writing
    ) -> CustomerProfile:
        """Change the profile, custom fields, the assigned agent."""
        ...

    async def update_tags(
        self, scope: TenantScope, contact_id: str, change: TagChange, writing: Writing
    ) -> CustomerProfile:
        """Add, remove or replace tags. What is there already, or gone already, changes nothing."""
        ...

    async def set_pipeline(
        self, scope: TenantScope, contact_id: str, move: PipelineMove, writing: Writing
    ) -> CustomerProfile:
        """Move the contact in a pipeline. Raises UnknownPipeline and UnknownStage, which name those there are."""
        ...

    async def add_note(self, scope: TenantScope, contact_id: str, new: NewNote, writing: Writing) -> ContactNote: ...

    async def add_event(self, scope: TenantScope, contact_id: str, new: NewEvent, writing: Writing) -> ContactEvent: ...
