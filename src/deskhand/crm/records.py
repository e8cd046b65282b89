"""The built-in CRM: contacts of the tenant's directory with what is known of them, in the same database.

One of the adapters behind `port.CustomerRecords`; the endpoints use it whole. Below: `changing.py`, the ledger of
idempotency keys. A contact's record is made when something is first noted of it; reading makes none.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.changing import ContactDesk
from deskhand.crm.journal import EventFilter, NoteFilter
from deskhand.crm.ledger import Request
from deskhand.crm.model import (
    Actor,
    ContactEvent,
    ContactFilter,
    ContactNote,
    CustomerProfile,
    HistoryEntry,
    InvalidContact,
    NewEvent,
    NewNote,
    PipelineMove,
    ProfileChange,
    TagChange,
    Writing,
)
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

T = TypeVar("T")


class KnownAgents(Protocol):
    """Which agents there are."""

    async def has_agent(self, scope: TenantScope, agent_id: str) -> bool: ...


class ContactEraser(Protocol):
    """Another part of the house that keeps things of a contact."""

    async def erase(self, db: AsyncSession, scope: TenantScope, contact_id: str) -> int:
        """Take away all of them, in the caller's transaction; how many."""
        ...


class BuiltInRecords:
    """The contacts of every tenant, each reached through its scope."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        agents: KnownAgents | None = None,
        erased_too: Sequence[ContactEraser] = (),
    ) -> None:
        """`erased_too` are asked, in the same transaction, when a contact is erased."""
        self._store = store
        self._clock = clock
        self._agents = agents
        self._erased_too = tuple(erased_too)

    async def lookup(self, scope: TenantScope, contact_id: str) -> CustomerProfile | None:
        """What is known of the contact; None when there is no such contact."""
        async with self._store.read(scope) as db:
            return await self._desk(db, scope).contacts.find(contact_id)

    async def has_contact(self, scope: TenantScope, contact_id: str) -> bool:
        """Whether the tenant has that contact."""
        return await self.lookup(scope, contact_id) is not None

    async def note_change(
        self, scope: TenantScope, contact_id: str, kind: str, detail: Mapping[str, Any], by: Actor
    ) -> None:
        """Note in the contact's history what was done elsewhere. Raises UnknownContact."""
        async with self._store.write(scope) as db:
            desk = self._desk(db, scope)
            await desk.contacts.require(contact_id)
            await desk.journal.note_change(contact_id, kind, detail, by)

    async def contact(self, scope: TenantScope, contact_id: str) -> CustomerProfile:
        """Raises UnknownContact."""
        async with self._store.read(scope) as db:
            return await self._desk(db, scope).contacts.contact(contact_id)

    async def page(
        self, scope: TenantScope, wanted: ContactFilter, *, limit: int, offset: int
    ) -> tuple[tuple[CustomerProfile, ...], int]:
        """A part of the contacts, the newest first, and how many there are."""
        async with self._store.read(scope) as db:
            return await self._desk(db, scope).contacts.page(wanted, limit=limit, offset=offset)

    async def create(self, scope: TenantScope, change: ProfileChange, writing: Writing) -> CustomerProfile:
        """A new contact of the directory, with what is known of it. Raises InvalidContact, KeyReused."""
        await self._check_agent(scope, change)

        async def work(desk: ContactDesk) -> CustomerProfile:
            made = await desk.create(change, writing.by)
            await desk.ledger.belongs_to(writing.idempotency_key, made.id)
            return made

        return await self._once(scope, _asked("create", None, change), writing, CustomerProfile, work)

    async def change(
        self,
        scope: TenantScope,
        contact_id: str,
        change: ProfileChange,
        writing: Writing,
        *,
        expected_version: int | None = None,
    ) -> CustomerProfile:
        """Raises UnknownContact, InvalidContact, ContactChanged, KeyReused."""
        await self._check_agent(scope, change)
        return await self._once(
            scope,
            _asked("change", contact_id, change),
            writing,
            CustomerProfile,
            lambda desk: desk.change(contact_id, change, writing.by, expected_version),
        )

    async def update_tags(
        self, scope: TenantScope, contact_id: str, change: TagChange, writing: Writing
    ) -> CustomerProfile:
        """Raises UnknownContact, InvalidContact, KeyReused."""
        return await self._once(
            scope,
            _asked("update_tags", contact_id, change),
            writing,
            CustomerProfile,
            lambda desk: desk.update_tags(contact_id, change, writing.by),
        )

    async def set_pipeline(
        self, scope: TenantScope, contact_id: str, move: PipelineMove, writing: Writing
    ) -> CustomerProfile:
        """Raises UnknownContact, UnknownPipeline, UnknownStage, KeyReused."""
        return await self._once(
            scope,
            _asked("set_pipeline", contact_id, move),
            writing,
            CustomerProfile,
            lambda desk: desk.set_pipeline(contact_id, move, writing.by),
        )

    async def add_note(self, scope: TenantScope, contact_id: str, new: NewNote, writing: Writing) -> ContactNote:
        """Raises UnknownContact, InvalidContact, KeyReused."""
        return await self._once(
            scope,
            _asked("add_note", contact_id, new),
            writing,
            ContactNote,
            lambda desk: desk.add_note(contact_id, new, writing.by),
        )

    async def remove_note(self, scope: TenantScope, contact_id: str, note_id: str, writing: Writing) -> None:
        """Raises UnknownContact, UnknownNote, KeyReused."""
        await self._once(
            scope,
            _asked("remove_note", contact_id, note_id),
            writing,
            ContactNote,
            lambda desk: desk.remove_note(contact_id, note_id, writing.by),
        )

    async def add_event(self, scope: TenantScope, contact_id: str, new: NewEvent, writing: Writing) -> ContactEvent:
        """Raises UnknownContact, InvalidContact, KeyReused."""
        return await self._once(
            scope,
            _asked("add_event", contact_id, new),
            writing,
            ContactEvent,
            lambda desk: desk.add_event(contact_id, new, writing.by),
        )

    async def notes(
        self, scope: TenantScope, contact_id: str, wanted: NoteFilter, *, limit: int, offset: int
    ) -> tuple[tuple[ContactNote, ...], int]:
        """A part of the notes, newest first, and how many there are. Raises UnknownContact."""
        async with self._store.read(scope) as db:
            desk = self._desk(db, scope)
            await desk.contacts.require(contact_id)
            return await desk.journal.notes(contact_id, wanted, limit=limit, offset=offset)

    async def events(
        self, scope: TenantScope, contact_id: str, wanted: EventFilter, *, limit: int, offset: int
    ) -> tuple[tuple[ContactEvent, ...], int]:
        """A part of the events, the latest first, and how many there are. Raises UnknownContact."""
        async with self._store.read(scope) as db:
            desk = self._desk(db, scope)
            await desk.contacts.require(contact_id)
            return await desk.journal.events(contact_id, wanted, limit=limit, offset=offset)

    async def history(
        self, scope: TenantScope, contact_id: str, *, limit: int, offset: int
    ) -> tuple[tuple[HistoryEntry, ...], int]:
        """A part of the changes, newest first, and how many there are. Raises UnknownContact."""
        async with self._store.read(scope) as db:
            desk = self._desk(db, scope)
            await desk.contacts.require(contact_id)
            return await desk.journal.history(contact_id, limit=limit, offset=offset)

    async def erase(self, scope: TenantScope, contact_id: str) -> int:
        """Everything that is known of the contact, for good; how many rows. The contact itself stays, nameless.

        Raises:
            UnknownContact: when there is none.
        """
        async with self._store.write(scope) as db:
            erased = await self._desk(db, scope).erase(contact_id)
            for other in self._erased_too:
                erased += await other.erase(db, scope, contact_id)
        return erased

    async def _once(
        self,
        scope: TenantScope,
        asked: Request,
        writing: Writing,
        gives: type[T],
        work: Callable[[ContactDesk], Awaitable[T]],
    ) -> T:
        """One transaction, and one effect for each key."""
        async with self._store.write(scope) as db:
            desk = self._desk(db, scope)
            if asked.contact_id is not None:
                await desk.contacts.require(asked.contact_id)
            return await desk.ledger.once(writing.idempotency_key, asked, gives, lambda: work(desk))

    async def _check_agent(self, scope: TenantScope, change: ProfileChange) -> None:
        agent_id = change.values.get("assigned_agent")
        if agent_id is None or self._agents is None:
            return
        if not await self._agents.has_agent(scope, agent_id):
            raise InvalidContact(f"There is no agent {agent_id[:80]!r}: GET /api/v1/agents lists those there are.")

    def _desk(self, db: AsyncSession, scope: TenantScope) -> ContactDesk:
        return ContactDesk(db, scope, self._clock)


def _asked(operation: str, contact_id: str | None, body: object) -> Request:
    return Request(operation=operation, contact_id=contact_id, body=body)
