"""Staff of a tenant: what a member is, the SQL of users, and the rules about who may change whom.

Above: `staff.py`, which does the work in one transaction each. Below: the table.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.kit.clock import Clock
from deskhand.kit.errors import Conflict, InvalidValue, NotAllowed, NotFound
from deskhand.kit.ids import new_id
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.tables import Tenant, User

MAX_EMAIL_CHARS = 254
_EMAIL = re.compile(r"[^\s@\"(),:;<>\[\]\\]{1,64}@[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")
_RANKS = (Role.VIEWER, Role.OPERATOR, Role.ADMIN, Role.OWNER)


class UserStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


class UnknownUser(NotFound):
    code = "unknown_user"


class EmailTaken(Conflict):
    code = "email_taken"


class LastOwner(Conflict):
    code = "last_owner"


class InvalidEmail(InvalidValue):
    code = "invalid_email"


@dataclass(frozen=True, kw_only=True, slots=True)
class StaffMember:
    """A user as the floors above see it."""

    id: str
    email: str
    name: str
    role: Role
    status: UserStatus
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class UserChange:
    """What is to be different; None leaves it as it is."""

    name: str | None = None
    role: Role | None = None
    status: UserStatus | None = None
    password: str | None = None


def checked_email(text: str) -> str:
    """The address as it is kept and compared: trimmed, in lower case.

    Raises:
        InvalidEmail: when it does not look like one.
    """
    email = text.strip().lower()
    if len(email) > MAX_EMAIL_CHARS or not email.isprintable() or _EMAIL.fullmatch(email) is None:
        raise InvalidEmail(f"{text[:80]!r} is not an e-mail address: write one such as 'ada@example.com'.")
    return email


def check_may_make(scope: TenantScope, role: Role) -> None:
    """Refuse whoever would make somebody mightier than themselves.

    Raises:
        NotAllowed: naming the role.
    """
    if _RANKS.index(role) > _RANKS.index(scope.role):
        raise NotAllowed(f"The role {role.value!r} is above yours, {scope.role.value!r}: ask an owner.")


def check_may_change(scope: TenantScope, user: User, change: UserChange) -> None:
    """Refuse changes of somebody mightier, and a rise of one's own.

    Raises:
        NotAllowed: saying which.
    """
    check_may_make(scope, Role(user.role))
    if change.role is not None:
        check_may_make(scope, change.role)
        if user.id == scope.user_id and _RANKS.index(change.role) > _RANKS.index(Role(user.role)):
            raise NotAllowed("Nobody raises their own role: ask an owner.")


class UserRepository:
    """Users of one tenant, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def begin_change(self) -> None:
        """Nobody else changes this tenant's staff until the transaction ends."""
        # Conversations go on meanwhile: their references to the tenant do not wait for this lock.
        mine = select(Tenant.id).where(Tenant.id == self._scope.tenant_id)
        await self._db.execute(mine.with_for_update(key_share=True))

    async def page(self, *, limit: int, offset: int) -> tuple[Sequence[User], int]:
        """A part of the users by address, and how many there are."""
        total = await self._db.scalar(select(func.count()).select_from(User)) or 0
        rows = await self._db.scalars(select(User).order_by(User.email, User.id).limit(limit).offset(offset))
        return rows.all(), total

    async def user(self, user_id: str) -> User:
        """The user of that id.

        Raises:
            UnknownUser: when there is none.
        """
        row: User | None = await self._db.scalar(select(User).where(User.id == user_id))
        if row is None:
            raise UnknownUser(f"There is no user {user_id!r}: see GET /api/v1/users.")
        return row

    async def with_email(self, email: str) -> User | None:
        """The user with that address, which is in lower case."""
        row: User | None = await self._db.scalar(select(User).where(User.email == email))
        return row

    async def add(self, *, email: str, name: str, role: Role, password_hash: str) -> User:
        """A new active user.

        Raises:
            EmailTaken: when somebody has that address.
        """
        if await self.with_email(email) is not None:
            raise email_taken(email)
        row = User(
            id=new_id("usr"),
            tenant_id=self._scope.tenant_id,
            email=email,
            name=name,
            role=role.value,
            status=UserStatus.ACTIVE.value,
            password_hash=password_hash,
            created_at=self._clock.now(),
        )
        self._db.add(row)
        await self._db.flush()
        return row

    async def require_another_owner(self, user: User) -> None:
        """See that an active owner remains when this one goes.

        Raises:
            LastOwner: when there is no other.
        """
        others = select(User.id).where(User.role == Role.OWNER, User.status == UserStatus.ACTIVE, User.id != user.id)
        if await self._db.scalar(others.limit(1)) is None:
            raise LastOwner(f"{user.email!r} is the last active owner: make somebody else an owner first.")


def email_taken(email: str) -> EmailTaken:
    return EmailTaken(f"There is a user with the address {email!r} already: change that one, or use another address.")


def member(row: User) -> StaffMember:
    return StaffMember(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        status=UserStatus(row.status),
        created_at=row.created_at,
    )
