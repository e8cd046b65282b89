"""Signed tokens (JWT, HS256): staff after sign-in, contacts on the chat page. Only a token names a tenant."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import jwt

from deskhand.kit.clock import Clock
from deskhand.kit.errors import NotSignedIn
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope

ALGORITHM = "HS256"
CONTACT_TOKEN_DAYS = 30
_REQUIRED = ["exp", "sub", "tenant", "role"]


class TokenRefused(NotSignedIn):
    code = "token_refused"


class _Claim(StrEnum):
    SUBJECT = "sub"
    TENANT = "tenant"
    ROLE = "role"


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuedToken:
    token: str
    expires_at: datetime


class TokenSigner:
    """Issues and verifies tokens with one secret key."""

    def __init__(self, secret_key: str, clock: Clock, *, staff_hours: int) -> None:
        self._key = secret_key
        self._clock = clock
        self._staff_life = timedelta(hours=staff_hours)

    def for_user(self, *, tenant_id: str, user_id: str, role: Role) -> IssuedToken:
        """A token for a member of staff; it lives `staff_hours`."""
        return self._issue(tenant_id, user_id, role, self._staff_life)

    def for_contact(self, *, tenant_id: str, contact_id: str) -> IssuedToken:
        """A token that opens one contact's own conversations and nothing else; it lives 30 days."""
        return self._issue(tenant_id, contact_id, Role.CONTACT, timedelta(days=CONTACT_TOKEN_DAYS))

    def verify(self, token: str) -> TenantScope:
        """The scope a token opens.

        Raises:
            TokenRefused: when it is forged, expired, or not a token of ours. It does not say which part failed.
        """
        try:
            claims = jwt.decode(
                token, self._key, algorithms=[ALGORITHM], options={"require": _REQUIRED, "verify_exp": False}
            )
            expired = float(claims["exp"]) <= self._clock.now().timestamp()
            scope = self._scope(claims)
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise TokenRefused("The token is not valid: sign in again.") from error
        if expired:
            raise TokenRefused("The token has expired: sign in again.")
        return scope

    def _issue(self, tenant_id: str, subject: str, role: Role, life: timedelta) -> IssuedToken:
        expires_at = self._clock.now() + life
        claims = {
            _Claim.SUBJECT: subject,
            _Claim.TENANT: tenant_id,
            _Claim.ROLE: role.value,
            "exp": int(expires_at.timestamp()),
        }
        return IssuedToken(token=jwt.encode(claims, self._key, algorithm=ALGORITHM), expires_at=expires_at)

    @staticmethod
    def _scope(claims: dict[str, object]) -> TenantScope:
        role, subject = Role(str(claims[_Claim.ROLE])), str(claims[_Claim.SUBJECT])
        is_contact = role is Role.CONTACT
        return TenantScope(
            tenant_id=str(claims[_Claim.TENANT]),
            role=role,
            user_id=None if is_contact else subject,
            contact_id=subject if is_contact else None,
        )
