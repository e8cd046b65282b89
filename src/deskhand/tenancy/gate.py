"""The gate of the house: from a bearer token or an API key to the scope that it opens, at every request.

Above: `http.py` and the socket. Below: `tokens.py` (what was signed), `standing.py` (what still holds).
"""

import asyncio
import hashlib
import hmac
import re
from dataclasses import dataclass

import structlog
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from deskhand.kit.clock import Clock
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.standing import KeyStanding, Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tables import ApiKeyRow
from deskhand.tenancy.tokens import LOCAL_USER, TokenClaims, TokenRefused, TokenSigner

log = structlog.get_logger(__name__)

KEY_PREFIX = "dk_"
LAST_USE_SECONDS = 60.0
"""How old the noted moment of a key's last use may be."""
_KEY = re.compile(rf"{KEY_PREFIX}([0-9a-f]{{16}})_([A-Za-z0-9_-]{{43}})")


def hash_of(secret: str) -> str:
    """What is kept of a key's secret, which is random: a slow hash would add nothing but time."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class PresentedKey:
    """An API key as it came with a request."""

    lookup: str
    secret_hash: str


Presented = TokenClaims | PresentedKey


class Gate:
    """Lets in whoever has a good token or key."""

    def __init__(self, *, store: TenantStore, signer: TokenSigner, standing: Standing, clock: Clock) -> None:
        self._store = store
        self._signer = signer
        self._standing = standing
        self._clock = clock
        self._used: dict[str, float] = {}
        self._notes: set[asyncio.Task[None]] = set()

    def read(self, credential: str) -> Presented:
        """What was presented, as far as that can be seen without asking anybody.

        Raises:
            TokenRefused: when it is neither a token of ours nor of the form of a key.
        """
        if not credential.startswith(KEY_PREFIX):
            return self._signer.read(credential)
        match = _KEY.fullmatch(credential)
        if match is None:
            raise TokenRefused
        return PresentedKey(lookup=match[1], secret_hash=hash_of(match[2]))

    async def scope_of(self, presented: Presented) -> TenantScope:
        """The scope that it opens now: with the role that its holder has at present, not the one it was made with.

        Raises:
            TokenRefused: when it was revoked or has expired, or its holder or tenant is not active any more.
        """
        if isinstance(presented, PresentedKey):
            return await self._scope_of_key(presented)
        return await self._scope_of_token(presented)

    async def close(self) -> None:
        """Wait for what is still being noted."""
        await asyncio.gather(*self._notes)

    async def _scope_of_token(self, claims: TokenClaims) -> TenantScope:
        if claims.expires_at <= self._clock.now().timestamp() or await self._standing.is_revoked(claims.token_id):
            raise TokenRefused
        await self._require_tenant(claims.tenant_id)
        if claims.role is Role.CONTACT:
            return TenantScope(tenant_id=claims.tenant_id, role=Role.CONTACT, contact_id=claims.subject)
        if claims.subject == LOCAL_USER:
            return TenantScope(tenant_id=claims.tenant_id, role=claims.role, user_id=LOCAL_USER)
        user = await self._standing.user(claims.tenant_id, claims.subject)
        if user is None or not user.is_active:
            raise TokenRefused
        if claims.issued_at <= user.tokens_valid_from and claims.token_id != user.kept_token_id:
            raise TokenRefused
        return TenantScope(tenant_id=claims.tenant_id, role=user.role, user_id=claims.subject)

    async def _scope_of_key(self, presented: PresentedKey) -> TenantScope:
        key = await self._standing.api_key(presented.lookup)
        if key is None or not hmac.compare_digest(key.secret_hash, presented.secret_hash):
            raise TokenRefused
        now = self._clock.now()
        if key.is_revoked or (key.expires_at is not None and key.expires_at <= now):
            raise TokenRefused
        await self._require_tenant(key.tenant_id)
        scope = TenantScope(
            tenant_id=key.tenant_id,
            role=await self._role_of_maker(key),
            user_id=key.made_by,
            key_id=key.id,
            granted=key.permissions,
        )
        self._note_use(scope, key.id, now.timestamp())
        return scope

    async def _role_of_maker(self, key: KeyStanding) -> Role:
        """A key never may more than whoever made it may now, and is void when that one is not active any more."""
        if key.made_by == LOCAL_USER:
            return Role.OWNER
        maker = await self._standing.user(key.tenant_id, key.made_by)
        if maker is None or not maker.is_active:
            raise TokenRefused
        return maker.role

    async def _require_tenant(self, tenant_id: str) -> None:
        if not await self._standing.tenant_is_active(tenant_id):
            raise TokenRefused

    def _note_use(self, scope: TenantScope, key_id: str, now: float) -> None:
        """Beside the request, which does not wait for it."""
        if now - self._used.get(key_id, 0.0) < LAST_USE_SECONDS:
            return
        self._used[key_id] = now
        note = asyncio.create_task(self._write_use(scope, key_id))
        self._notes.add(note)
        note.add_done_callback(self._notes.discard)

    async def _write_use(self, scope: TenantScope, key_id: str) -> None:
        try:
            async with self._store.write(scope) as db:
                await db.execute(
                    update(ApiKeyRow).where(ApiKeyRow.id == key_id).values(last_used_at=self._clock.now()),
                    execution_options={"synchronize_session": False},
                )
        except SQLAlchemyError:
            log.warning("last_use_not_noted", key_id=key_id, exc_info=True)
