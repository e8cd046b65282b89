"""Signed tokens (JWT, HS256): staff after sign-in, contacts on the chat page. Only a token names a tenant.

A token says who somebody is; whether that is still so, `standing.py` knows. Above: `gate.py`, which asks both.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from deskhand.kit.clock import Clock
from deskhand.kit.errors import NotSignedIn
from deskhand.kit.ids import new_id
from deskhand.tenancy.roles import Role

ALGORITHM = "HS256"
CONTACT_TOKEN_DAYS = 30
LOCAL_USER = "local"
"""Whoever may read the secret key, as the commands do: an owner of every tenant, without a row among its users."""
_REQUIRED = ("exp", "iat", "jti", "sub", "tenant", "role")
_TEXTS = ("jti", "sub", "tenant", "role")
_CLOCK_SKEW_SECONDS = 60.0


class TokenRefused(NotSignedIn):
    """In the same words whatever is wrong, so that nobody learns how near a forgery came."""

    code = "token_refused"

    def __init__(self) -> None:
        super().__init__("The token or API key is not valid (any more): sign in again, or make a new key.")


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuedToken:
    token: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenClaims:
    """What a token of ours says. `issued_at` and `expires_at` are seconds since 1970."""

    token_id: str
    tenant_id: str
    subject: str
    role: Role
    issued_at: float
    expires_at: float

    @property
    def expires(self) -> datetime:
        return datetime.fromtimestamp(self.expires_at, UTC)


class TokenSigner:
    """Issues and reads tokens with one secret key."""

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

    def read(self, token: str) -> TokenClaims:
        """What the token says, when we signed it and it has not expired.

        Raises:
            TokenRefused: when it is forged, expired, or not a token of ours.
        """
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                # Times are judged below, by the injected clock.
                options={"require": list(_REQUIRED), "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
            found = _checked(claims)
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise TokenRefused from error
        now = self._clock.now().timestamp()
        if not found.issued_at - _CLOCK_SKEW_SECONDS <= now < found.expires_at:
            raise TokenRefused
        return found

    def _issue(self, tenant_id: str, subject: str, role: Role, life: timedelta) -> IssuedToken:
        now = self._clock.now()
        expires_at = (now + life).replace(microsecond=0)
        claims = {
            "jti": new_id("tok"),
            "sub": subject,
            "tenant": tenant_id,
            "role": role.value,
            # With its fraction: a token from the second in which others were made void is told apart from them.
            "iat": now.timestamp(),
            "exp": int(expires_at.timestamp()),
        }
        return IssuedToken(token=jwt.encode(claims, self._key, algorithm=ALGORITHM), expires_at=expires_at)


def _checked(claims: dict[str, Any]) -> TokenClaims:
    """Raises ValueError for a claim of the wrong type."""
    texts = {name: claims[name] for name in _TEXTS}
    times = {name: claims[name] for name in ("iat", "exp")}
    if not all(isinstance(value, str) and value for value in texts.values()):
        raise ValueError("a claim that should be text is none")
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in times.values()):
        raise ValueError("a claim that should be a time is none")
    return TokenClaims(
        token_id=texts["jti"],
        tenant_id=texts["tenant"],
        subject=texts["sub"],
        role=Role(texts["role"]),
        issued_at=float(times["iat"]),
        expires_at=float(times["exp"]),
    )
