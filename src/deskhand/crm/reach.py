"""How a contact is reached: what deliveries and tools need of conversations, of agents and of files. Wiring fills it.

Above: deliveries, tools. Below: the scope.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.tenancy.scope import TenantScope


class Place(Protocol):
    """Where a contact's newest conversation stands."""

    @property
    def thread_id(self) -> str: ...
    @property
    def session_id(self) -> str: ...
    @property
    def is_open(self) -> bool:
        """Whether nobody has ended the conversation. One that fell silent is open."""
        ...

    @property
    def human_owner(self) -> str | None:
        """Who of the staff has it; while somebody has, nothing is said in the agent's name."""
        ...

    @property
    def customer_wrote_at(self) -> datetime | None:
        """When the contact last wrote, in whichever conversation."""
        ...


class ContactPlaces(Protocol):
    async def newest(
        self, db: AsyncSession, scope: TenantScope, contact_id: str, *, session_id: str | None = None
    ) -> Place | None:
        """The contact's newest conversation; None when there is none yet. In the caller's transaction.

        While the session of that id is open it is that one, whatever else is.
        """
        ...


class Speaker(Protocol):
    """Writes to a customer in the agent's name, outside of a turn."""

    async def say(
        self,
        db: AsyncSession,
        scope: TenantScope,
        *,
        session_id: str | None,
        thread_id: str,
        text: str,
        details: Mapping[str, Any] = ...,
    ) -> str:
        """The id of the message, stored in the caller's transaction."""
        ...

    def announce(self, scope: TenantScope, message_id: str) -> object:
        """Tell whoever listens, once it is committed."""
        ...


class SessionDesk(Protocol):
    """What becomes of a session after the turn that is under way in it. Doing it again changes nothing."""

    async def knows_agent(self, scope: TenantScope, agent_id: str) -> bool:
        """Whether the tenant has an active agent of that id."""
        ...

    async def assign(self, scope: TenantScope, session_id: str, agent_id: str) -> None:
        """From the next message on that agent answers."""
        ...

    async def note_resolution(self, db: AsyncSession, scope: TenantScope, session_id: str, resolution: str) -> None:
        """Keep with the session what came of it, in the caller's transaction, until it is closed."""
        ...

    async def close(self, scope: TenantScope, session_id: str) -> None:
        """End it, with the resolution that was noted. Raises NotFound when there is none."""
        ...


class SendableFiles(Protocol):
    async def type_of(self, scope: TenantScope, contact_id: str, attachment_id: str) -> str | None:
        """The media type of a file from this contact's own conversations; None when there is no such file."""
        ...
