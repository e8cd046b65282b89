"""Signing in with a password, and out again. Gives nothing away, and cannot be tried for long.

Above: the endpoints. Below: passwords, tokens, limits.
"""

from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from deskhand.kit.clock import Clock
from deskhand.kit.errors import NotAllowed, NotSignedIn
from deskhand.tenancy.attempts import MovingLimit
from deskhand.tenancy.gate import Presented, PresentedKey
from deskhand.tenancy.passwords import Passwords
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.standing import ACTIVE, Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tables import RevokedToken, Tenant, User
from deskhand.tenancy.tokens import IssuedToken, TokenSigner
from deskhand.tenancy.users import StaffMember, member

_DOING = "failed sign-ins"


class SignInRefused(NotSignedIn):
    """The same words whether tenant, address or password is wrong, or the user not active."""

    code = "sign_in_refused"

    def __init__(self) -> None:
        super().__init__("Tenant, e-mail address or password is wrong.")


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """Who signed in, with the token to show from now on."""

    issued: IssuedToken
    scope: TenantScope
    member: StaffMember


class SignIn:
    """The way in and out for staff."""

    def __init__(
        self,
        *,
        store: TenantStore,
        signer: TokenSigner,
        standing: Standing,
        passwords: Passwords,
        clock: Clock,
        by_account: MovingLimit,
        by_client: MovingLimit,
    ) -> None:
        self._store = store
        self._signer = signer
        self._standing = standing
        self._passwords = passwords
        self._clock = clock
        self._by_account = by_account
        self._by_client = by_client

    async def sign_in(self, *, slug: str, email: str, password: str, client: str) -> SignedIn:
        """A token for the user whose password fits. `client` is the address that the request came from.

        Raises:
            SignInRefused: in the same words and after the same time whatever is wrong.
            TooManyRequests: after too many failures for this account, or from this address.
        """
        address = email.strip().lower()
        async with (
            self._by_client.counting_failures((client,), _DOING, SignInRefused),
            self._by_account.counting_failures((slug, address), _DOING, SignInRefused),
        ):
            user = await self._user(slug, address)
            fits = await self._passwords.fits(user.password_hash if user else None, password)
            if user is None or not fits or user.status != ACTIVE:
                raise SignInRefused
        role = Role(user.role)
        scope = TenantScope(tenant_id=user.tenant_id, role=role, user_id=user.id)
        issued = self._signer.for_user(tenant_id=user.tenant_id, user_id=user.id, role=role)
        return SignedIn(issued=issued, scope=scope, member=member(user))

    async def sign_out(self, scope: TenantScope, presented: Presented) -> None:
        """The token is void from now on. Revocations that have outlived their tokens are cleared away.

        Raises:
            NotAllowed: for an API key.
        """
        if isinstance(presented, PresentedKey):
            raise NotAllowed("An API key does not sign out: revoke it with DELETE /api/v1/api-keys/{key_id}.")
        now = self._clock.now()
        row = RevokedToken(
            token_id=presented.token_id, tenant_id=scope.tenant_id, revoked_at=now, expires_at=presented.expires
        )
        # The same token may be signed out twice at once: void it is either way.
        with suppress(IntegrityError):
            async with self._store.write(scope) as db:
                await db.execute(delete(RevokedToken).where(RevokedToken.expires_at <= now))
                db.add(row)
        self._standing.note_revoked(presented.token_id, presented.expires_at)

    async def _user(self, slug: str, address: str) -> User | None:
        async with self._store.across_tenants() as db:
            found: User | None = await db.scalar(
                select(User)
                .join(Tenant, Tenant.id == User.tenant_id)
                .where(Tenant.slug == slug, Tenant.status == ACTIVE, User.email == address)
            )
        return found
