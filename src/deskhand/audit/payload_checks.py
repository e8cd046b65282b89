"""Holds what turns were given against the digests in their records, wherever it lies. Above: the verifier."""

import asyncio
from collections.abc import Mapping, Sequence
from enum import StrEnum

from deskhand.audit.breaks import payload_broken
from deskhand.audit.keyring import Keyring
from deskhand.audit.model import Break, BreakReason
from deskhand.audit.payloads import PayloadRepository
from deskhand.audit.tables import AuditRow
from deskhand.audit.vault import Vault, digest
from deskhand.kit.blobs import BlobMissing, BlobStore, BlobUnavailable
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

_FETCHED_AT_ONCE = 8


class Found(StrEnum):
    SOUND = "sound"
    ALTERED = "altered"
    MISSING = "missing"
    UNREACHABLE = "unreachable"


class PayloadChecker:
    """Checks the payloads of records that are themselves sound."""

    def __init__(self, *, store: TenantStore, clock: Clock, vault: Vault, blobs: BlobStore) -> None:
        self._store = store
        self._clock = clock
        self._vault = vault
        self._blobs = blobs

    async def check(self, scope: TenantScope, rows: Sequence[AuditRow]) -> tuple[list[Found], Break | None]:
        """What was found for each, and the first that breaks the audit.

        An erased contact's payload may be gone; a store that does not answer proves nothing.
        """
        async with self._store.read(scope) as db:
            stored = await PayloadRepository(db, scope, self._clock).contents([row.id for row in rows])
            keys = await Keyring(db, scope, self._clock, self._vault).there([row.key_id for row in rows if row.key_id])
        found: list[Found] = []
        for start in range(0, len(rows), _FETCHED_AT_ONCE):
            some = rows[start : start + _FETCHED_AT_ONCE]
            found += await asyncio.gather(*(self._look(row, stored) for row in some))
        for row, outcome in zip(rows, found, strict=True):
            if outcome is Found.ALTERED:
                return found, payload_broken(row, BreakReason.PAYLOAD_ALTERED)
            if outcome is Found.MISSING and row.key_id in keys:
                return found, payload_broken(row, BreakReason.PAYLOAD_MISSING)
        return found, None

    async def _look(self, row: AuditRow, stored: Mapping[str, bytes]) -> Found:
        content = stored.get(row.id)
        try:
            if content is None and row.blob_key is not None:
                content = await self._blobs.get(row.blob_key)
        except BlobMissing:
            return Found.MISSING
        except BlobUnavailable:
            return Found.UNREACHABLE
        if content is None:
            return Found.MISSING
        return Found.SOUND if digest(content) == row.payload_digest else Found.ALTERED
