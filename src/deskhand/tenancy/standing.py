"""Whether those whom a token or key names are still welcome: tenants, staff, API keys, revoked tokens.

Every request asks, so what was read stays in memory for `FRESH_SECONDS`: a change made by another process is seen
after that time at the latest. A change made in this process is seen at once, since whoever makes it calls `forget`
or `note_revoked` after its transaction. Above: `gate.py` asks; the services that change something tell.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from cachetools import TTLCache
from sqlalchemy import select

from deskhand.kit.clock import Clock
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.roles import Role
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tables import ApiKeyRow, RevokedToken, Tenant, User

ACTIVE = "active"
FRESH_SECONDS = 5.0
CACHED = 10_000
_OVERLAP = timedelta(minutes=2)
"""Revocations are read from a little before the last time, for clocks that differ and transactions that took long."""
_Key = TypeVar("_Key")
_Found = TypeVar("_Found")


@dataclass(frozen=True, kw_only=True, slots=True)
class UserStanding:
    """What a member of staff is at present."""

    role: Role
    is_active: bool
    tokens_valid_from: float
    kept_token_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyStanding:
    """What an API key is at present. `made_by` is a user's id, or that of the operator's commands."""

    id: str
    tenant_id: str
    secret_hash: str
    permissions: frozenset[Permission]
    made_by: str
    expires_at: datetime | None
    is_revoked: bool


class Standing:
    """Looks up and remembers for a short while."""

    def __init__(self, store: TenantStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._tenants: TTLCache[str, bool] = TTLCache(CACHED, FRESH_SECONDS, self._seconds)
        self._users: TTLCache[tuple[str, str], UserStanding] = TTLCache(CACHED, FRESH_SECONDS, self._seconds)
        self._keys: TTLCache[str, KeyStanding] = TTLCache(CACHED, FRESH_SECONDS, self._seconds)
        self._revoked: dict[str, float] = {}
        self._revocations_read: datetime | None = None
        self._changes = 0
        self._reading = asyncio.Lock()

    async def tenant_is_active(self, tenant_id: str) -> bool:
        """False also when there is none."""
        return await self._look(self._tenants, tenant_id, lambda: self._read_tenant(tenant_id)) or False

    async def user(self, tenant_id: str, user_id: str) -> UserStanding | None:
        key = (tenant_id, user_id)
        return await self._look(self._users, key, lambda: self._read_user(tenant_id, user_id))

    async def api_key(self, lookup: str) -> KeyStanding | None:
        """The key with that public part, revoked and expired ones too."""
        return await self._look(self._keys, lookup, lambda: self._read_key(lookup))

    async def is_revoked(self, token_id: str) -> bool:
        """Whether the token was signed out."""
        now = self._clock.now()
        read = self._revocations_read
        if read is None or not timedelta(0) <= now - read < timedelta(seconds=FRESH_SECONDS):
            async with self._reading:
                if self._revocations_read is read:
                    await self._read_revocations(now)
        return token_id in self._revoked

    def forget(self, tenant_id: str) -> None:
        """Something of the tenant changed: read it anew at the next request."""
        self._changes += 1
        self._tenants.pop(tenant_id, None)
        for user in [key for key in self._users if key[0] == tenant_id]:
            self._users.pop(user, None)
        for lookup in [key for key, found in self._keys.items() if found.tenant_id == tenant_id]:
            self._keys.pop(lookup, None)

    def note_revoked(self, token_id: str, expires_at: float) -> None:
        """The token was signed out in this process."""
        self._revoked[token_id] = expires_at

    def _seconds(self) -> float:
        return self._clock.now().timestamp()

    async def _look(
        self, cache: TTLCache[_Key, _Found], key: _Key, read: Callable[[], Awaitable[_Found | None]]
    ) -> _Found | None:
        known = cache.get(key)
        if known is not None:
            return known
        async with self._reading:
            known = cache.get(key)
            if known is not None:
                return known
            before = self._changes
            found = await read()
            # What was read before a change must not be remembered after it.
            if found is not None and before == self._changes:
                cache[key] = found
            return found

    async def _read_tenant(self, tenant_id: str) -> bool | None:
        async with self._store.across_tenants() as db:
            status = await db.scalar(select(Tenant.status).where(Tenant.id == tenant_id))
        return None if status is None else status == ACTIVE

    async def _read_user(self, tenant_id: str, user_id: str) -> UserStanding | None:
        async with self._store.across_tenants() as db:
            row = await db.scalar(select(User).where(User.tenant_id == tenant_id, User.id == user_id))
        if row is None:
            return None
        return UserStanding(
            role=Role(row.role),
            is_active=row.status == ACTIVE,
            tokens_valid_from=row.tokens_valid_from.timestamp() if row.tokens_valid_from else 0.0,
            kept_token_id=row.kept_token_id,
        )

    async def _read_key(self, lookup: str) -> KeyStanding | None:
        async with self._store.across_tenants() as db:
            row = await db.scalar(select(ApiKeyRow).where(ApiKeyRow.lookup == lookup))
        if row is None:
            return None
        return KeyStanding(
            id=row.id,
            tenant_id=row.tenant_id,
            secret_hash=row.secret_hash,
            # A permission that this version does not know any more is not granted.
            permissions=frozenset(Permission(name) for name in row.permissions if name in set(Permission)),
            made_by=row.created_by,
            expires_at=row.expires_at,
            is_revoked=row.revoked_at is not None,
        )

    async def _read_revocations(self, now: datetime) -> None:
        wanted = select(RevokedToken.token_id, RevokedToken.expires_at).where(RevokedToken.expires_at > now)
        if self._revocations_read is not None:
            wanted = wanted.where(RevokedToken.revoked_at > self._revocations_read - _OVERLAP)
        async with self._store.across_tenants() as db:
            found = (await db.execute(wanted)).all()
        kept = {token_id: expires for token_id, expires in self._revoked.items() if expires > now.timestamp()}
        self._revoked = kept | {token_id: expires_at.timestamp() for token_id, expires_at in found}
        self._revocations_read = now
