"""Erases a contact's part of the audit: its keys go, and with them whatever they sealed; the chain stays whole.

That it was done, and by whom, is a record of the chain itself. Above: the endpoint. Below: keyring, writer.
"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.audit.keyring import Keyring
from deskhand.audit.repository import AuditRepository
from deskhand.audit.vault import Vault
from deskhand.audit.writer import AuditWriter
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope, UnknownContact
from deskhand.tenancy.store import TenantStore


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """What an erasure came to. `record_id` is None when there was nothing (any more) to erase."""

    contact_id: str
    records: int
    record_id: str | None


class AuditEraser:
    """Makes what the audit holds of a contact unreadable for good."""

    def __init__(self, *, store: TenantStore, clock: Clock, vault: Vault, writer: AuditWriter) -> None:
        self._store = store
        self._clock = clock
        self._vault = vault
        self._writer = writer

    async def erase(self, scope: TenantScope, contact_id: str) -> Erasure:
        """Delete the contact's keys. A second time changes nothing; records of later turns get a new key.

        Raises:
            UnknownContact: when the tenant has, and had, none of that id.
        """
        async with self._store.write(scope) as db:
            sealed, record_id = await self.erase_in(db, scope, contact_id)
        return Erasure(contact_id=contact_id, records=sealed, record_id=record_id)

    async def erase_in(self, db: AsyncSession, scope: TenantScope, contact_id: str) -> tuple[int, str | None]:
        """The same in the caller's transaction: how many records held something, and the record that says so.

        Raises:
            UnknownContact: as `erase` does.
        """
        records = AuditRepository(db, scope)
        if not await records.knows_contact(contact_id):
            raise UnknownContact(f"There is no contact {contact_id!r}.")
        sealed = await records.sealed_of(contact_id)
        gone = await Keyring(db, scope, self._clock, self._vault).erase(contact_id)
        record_id = await self._writer.note_erasure(db, scope, contact_id) if gone else None
        return sealed, record_id
