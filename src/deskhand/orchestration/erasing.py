"""Erases a person: in one transaction all that is known of a contact, in every slice, is gone for good.

What stays is what a company must be able to account for, and says nothing of the person: amounts of orders and refunds
without a word of free text, the chain of the audit whose sealed parts nobody can read any more, and the contact's bare
id. Above: the endpoint. Below: the slices, each with its own eraser.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

log = structlog.get_logger(__name__)


class ErasesContact(Protocol):
    """What a slice takes away of a contact."""

    async def __call__(self, db: AsyncSession, scope: TenantScope, contact_id: str) -> int:
        """How many rows that were, in the caller's transaction.

        Raises:
            UnknownContact: where the slice knows that there is none.
        """
        ...


class ErasesAudit(Protocol):
    """The audit's part: it notes in the chain that the contact was erased, and by whom."""

    async def erase_in(self, db: AsyncSession, scope: TenantScope, contact_id: str) -> tuple[int, str | None]:
        """How many records became unreadable, and the record that says so; None where there were none."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Traces:
    """What a contact left outside of the database. Both are ids."""

    sessions: tuple[str, ...]
    attachments: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasedPerson:
    """What an erasure came to: rows by what they were; the audit's record of it."""

    contact_id: str
    erased: Mapping[str, int]
    record_id: str | None


class PersonEraser:
    """One for the process."""

    def __init__(
        self,
        *,
        store: TenantStore,
        parts: Sequence[tuple[str, ErasesContact]],
        audit: ErasesAudit,
        traces: Callable[[AsyncSession, str], Awaitable[Traces]],
        forget: Callable[[TenantScope, Traces], Awaitable[None]],
    ) -> None:
        """`parts` by what they hold, in the order in which they are erased. `traces` tells what lies elsewhere, which
        `forget` takes away; doing it again does no harm.
        """
        self._store = store
        self._parts = tuple(parts)
        self._audit = audit
        self._traces = traces
        self._forget = forget

    async def erase(self, scope: TenantScope, contact_id: str) -> ErasedPerson:
        """All of it, or nothing. A second time there is nothing left.

        Raises:
            UnknownContact: when there is no such contact.
            Unavailable: when what lies elsewhere cannot be reached; all that can be asked for again is still there.
        """
        async with self._store.read(scope) as db:
            traces = await self._traces(db, contact_id)
        # Files first: should their store be down, the database still knows which they are.
        await self._forget(scope, traces)
        async with self._store.write(scope) as db:
            traces = await self._traces(db, contact_id)
            erased = {name: await part(db, scope, contact_id) for name, part in self._parts}
            # Last, as in every turn: the chain is the one thing that all share.
            erased["audit"], record_id = await self._audit.erase_in(db, scope, contact_id)
        log.info("person_erased", contact_id=contact_id, rows=sum(erased.values()), by=scope.user_id)
        await self._forget(scope, traces)
        return ErasedPerson(contact_id=contact_id, erased=erased, record_id=record_id)
