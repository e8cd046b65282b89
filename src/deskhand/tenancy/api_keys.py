"""API keys: for programs, with part of their maker's permissions, shown once. Above: the endpoints; below: the table.

A key is `dk_`, 16 hexadecimal digits by which it is found, `_`, and a secret of 256 random bits, of which the
database holds the SHA-256. What opens with it, `gate.py` decides at each request.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.kit.clock import Clock
from deskhand.kit.errors import InvalidValue, NotAllowed, NotFound
from deskhand.kit.ids import new_id
from deskhand.tenancy.gate import KEY_PREFIX, hash_of
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.standing import Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tables import ApiKeyRow
from deskhand.tenancy.tokens import LOCAL_USER

_LOOKUP_BYTES = 8
_SECRET_BYTES = 32


class KeyStatus(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class UnknownApiKey(NotFound):
    code = "unknown_api_key"


class InvalidExpiry(InvalidValue):
    code = "invalid_expiry"


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKey:
    """A key as it may be shown: `begins` is its first characters, which are no secret."""

    id: str
    name: str
    begins: str
    permissions: tuple[Permission, ...]
    status: KeyStatus
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class ApiKeyRepository:
    """API keys of one tenant, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def page(self, *, limit: int, offset: int) -> tuple[Sequence[ApiKeyRow], int]:
        """A part of the keys, newest first, and how many there are."""
        total = await self._db.scalar(select(func.count()).select_from(ApiKeyRow)) or 0
        rows = await self._db.scalars(select(ApiKeyRow).order_by(ApiKeyRow.id.desc()).limit(limit).offset(offset))
        return rows.all(), total

    def add(
        self,
        *,
        name: str,
        permissions: frozenset[Permission],
        expires_at: datetime | None,
        lookup: str,
        secret_hash: str,
    ) -> ApiKeyRow:
        """A new key of whoever acts in this scope."""
        row = ApiKeyRow(
            id=new_id("key"),
            tenant_id=self._scope.tenant_id,
            name=name,
            lookup=lookup,
            secret_hash=secret_hash,
            permissions=sorted(permission.value for permission in permissions),
            created_by=self._scope.user_id or LOCAL_USER,
            created_at=self._clock.now(),
            expires_at=expires_at,
        )
        self._db.add(row)
        return row

    async def revoke(self, key_id: str) -> None:
        """Void from now on; nothing happens to one that is already.

        Raises:
            UnknownApiKey: when there is none.
        """
        row = await self._db.scalar(select(ApiKeyRow).where(ApiKeyRow.id == key_id))
        if row is None:
            raise UnknownApiKey(f"There is no API key {key_id!r}: see GET /api/v1/api-keys.")
        row.revoked_at = row.revoked_at or self._clock.now()


class ApiKeys:
    """Makes, lists and revokes the keys of a tenant."""

    def __init__(self, *, store: TenantStore, standing: Standing, clock: Clock) -> None:
        self._store = store
        self._standing = standing
        self._clock = clock

    async def page(self, scope: TenantScope, *, limit: int, offset: int) -> tuple[list[ApiKey], int]:
        """A part of the keys, newest first, revoked and expired ones too, and how many there are."""
        async with self._store.read(scope) as db:
            rows, total = await ApiKeyRepository(db, scope, self._clock).page(limit=limit, offset=offset)
        now = self._clock.now()
        return [_shown(row, now) for row in rows], total

    async def make(
        self, scope: TenantScope, *, name: str, permissions: frozenset[Permission], expires_at: datetime | None
    ) -> tuple[ApiKey, str]:
        """A new key, and its text, which nobody can show again.

        Raises:
            NotAllowed: for permissions that its maker does not have.
            InvalidExpiry: when it would have expired already.
        """
        too_many = sorted(permissions - scope.permissions)
        if too_many:
            raise NotAllowed(f"A key cannot have permissions that its maker has not: leave out {', '.join(too_many)}.")
        now = self._clock.now()
        if expires_at is not None and expires_at <= now:
            raise InvalidExpiry(f"The key would have expired at {expires_at.isoformat()}: give a time to come.")
        lookup, secret = secrets.token_hex(_LOOKUP_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
        async with self._store.write(scope) as db:
            row = ApiKeyRepository(db, scope, self._clock).add(
                name=name, permissions=permissions, expires_at=expires_at, lookup=lookup, secret_hash=hash_of(secret)
            )
        return _shown(row, now), f"{KEY_PREFIX}{lookup}_{secret}"

    async def revoke(self, scope: TenantScope, key_id: str) -> None:
        """Void from the next request on.

        Raises:
            UnknownApiKey: when there is none.
        """
        async with self._store.write(scope) as db:
            await ApiKeyRepository(db, scope, self._clock).revoke(key_id)
        self._standing.forget(scope.tenant_id)


def _shown(row: ApiKeyRow, now: datetime) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        begins=f"{KEY_PREFIX}{row.lookup}",
        permissions=tuple(Permission(name) for name in row.permissions if name in set(Permission)),
        status=_status(row, now),
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


def _status(row: ApiKeyRow, now: datetime) -> KeyStatus:
    if row.revoked_at is not None:
        return KeyStatus.REVOKED
    return KeyStatus.EXPIRED if row.expires_at is not None and row.expires_at <= now else KeyStatus.ACTIVE
