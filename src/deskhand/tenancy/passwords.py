"""Passwords of staff: what a new one must be, how it is kept (argon2), whether one fits. Above: `staff`, `sign_in`."""

import asyncio
import secrets

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from deskhand.kit.errors import InvalidValue

MIN_CHARS = 10
MAX_CHARS = 1000
_MADE_BYTES = 12


class PasswordRefused(InvalidValue):
    code = "password_refused"
    title = "The password cannot be used"


class Passwords:
    """Hashes and compares, off the event loop."""

    def __init__(self) -> None:
        self._argon2 = PasswordHash.recommended()
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """What is kept of a password."""
        return await asyncio.to_thread(self._argon2.hash, password)

    async def fits(self, kept: str | None, password: str) -> bool:
        """Whether it is the password that was kept; takes as long when none was."""
        return await asyncio.to_thread(self._fits, kept, password)

    def _fits(self, kept: str | None, password: str) -> bool:
        if self._nobodys is None:
            # Made whoever comes first, so that the time does not tell whether there is such a user.
            self._nobodys = self._argon2.hash(secrets.token_urlsafe(_MADE_BYTES))
        try:
            return self._argon2.verify(password, kept or self._nobodys) and kept is not None
        except UnknownHashError:
            # Kept for a user who has no password: nothing fits, in the same time.
            return self._fits(None, password)


def new_password() -> str:
    """A password to be shown once, and changed."""
    return secrets.token_urlsafe(_MADE_BYTES)


def check_new_password(password: str, email: str) -> str:
    """The password, when it is one that may be used.

    Raises:
        PasswordRefused: saying why, without repeating it.
    """
    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        raise PasswordRefused(
            f"The password has {len(password):,} characters: use {MIN_CHARS} to {MAX_CHARS:,}, for instance four words."
        )
    if password.strip().lower() in {email.lower(), email.lower().partition("@")[0]}:
        raise PasswordRefused("The password is the e-mail address: use another, for instance four words.")
    if not password.strip():
        raise PasswordRefused("The password is blank: use another, for instance four words.")
    return password
