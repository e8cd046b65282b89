"""SQL of contacts' keys: one is made when a contact is first recorded, and deleted with what it sealed.

A contact may have several: the key of before cannot be opened after a change of the installation's secret, and two
turns of a new contact may each make one. A record names the key it was sealed with.
"""

from collections.abc import Collection
from dataclasses import dataclass

import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.audit.tables import ContactKeyRow
from deskhand.audit.vault import DoesNotOpen, Vault
from deskhand.kit.clock import Clock
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope

log = structlog.get_logger(__name__)

_NEWEST = select(ContactKeyRow.id, ContactKeyRow.wrapped).order_by(ContactKeyRow.id.desc()).limit(1)
IDS_A_QUERY = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactKey:
    """A key that can be used. Its representation does not show it."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"ContactKey(id={self.id!r})"


class Keyring:
    """The keys of one scope's contacts, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock, vault: Vault) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock
        self._vault = vault

    async def current(self, contact_id: str) -> ContactKey:
        """The key that the contact's new records are sealed with; made when there is none that opens."""
        row = (await self._db.execute(_NEWEST.where(ContactKeyRow.contact_id == contact_id))).first()
        if row is not None:
            secret = self._opened(row.id, row.wrapped)
            if secret is not None:
                return ContactKey(id=row.id, secret=secret)
            log.warning("audit_key_does_not_open", key_id=row.id)
        return await self._made(contact_id)

    async def opened(self, key_ids: Collection[str]) -> dict[str, bytes | None]:
        """Those of these keys that are there, by id; None for one that does not open."""
        found: dict[str, bytes | None] = {}
        ids = sorted(set(key_ids))
        for start in range(0, len(ids), IDS_A_QUERY):
            rows = await self._db.execute(
                select(ContactKeyRow.id, ContactKeyRow.wrapped).where(
                    ContactKeyRow.id.in_(ids[start : start + IDS_A_QUERY])
                )
            )
            found |= {row.id: self._opened(row.id, row.wrapped) for row in rows}
        return found

    async def there(self, key_ids: Collection[str]) -> frozenset[str]:
        """Which of these keys were not erased."""
        return frozenset(
            await self._db.scalars(select(ContactKeyRow.id).where(ContactKeyRow.id.in_(sorted(set(key_ids)))))
        )

    async def erase(self, contact_id: str) -> int:
        """How many keys of the contact are gone now."""
        gone = await self._db.execute(
            delete(ContactKeyRow).where(ContactKeyRow.contact_id == contact_id).returning(ContactKeyRow.id),
            execution_options={"synchronize_session": False},
        )
        return len(gone.all())

    async def _made(self, contact_id: str) -> ContactKey:
        key = ContactKey(id=new_id("key"), secret=self._vault.new_key())
        values = {
            "id": key.id,
            "tenant_id": self._scope.tenant_id,
            "contact_id": contact_id,
            "wrapped": self._vault.wrapped(self._scope.tenant_id, key.id, key.secret),
            "created_at": self._clock.now(),
        }
        await self._db.execute(insert(ContactKeyRow), [values])
        return key

    def _opened(self, key_id: str, wrapped: bytes) -> bytes | None:
        try:
            return self._vault.unwrapped(self._scope.tenant_id, key_id, wrapped)
        except DoesNotOpen:
            return None
