"""What is done with staff: listing, making, changing, signing out, and one's own password.

Each change is one transaction; what it takes from a user holds from the next request on. Above: the endpoints.
"""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.kit.clock import Clock
from deskhand.kit.errors import NotAllowed
from deskhand.tenancy.attempts import MovingLimit
from deskhand.tenancy.gate import Presented, PresentedKey
from deskhand.tenancy.passwords import Passwords, check_new_password, new_password
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.standing import Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tables import User
from deskhand.tenancy.tokens import LOCAL_USER
from deskhand.tenancy.users import (
    StaffMember,
    UserChange,
    UserRepository,
    UserStatus,
    check_may_change,
    check_may_make,
    checked_email,
    email_taken,
    member,
)


class WrongPassword(NotAllowed):
    code = "wrong_password"
    title = "The password is wrong"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMember:
    """A new user; `password` is the one that was made, None when it was given."""

    member: StaffMember
    password: str | None


class Staff:
    """The members of a tenant's staff."""

    def __init__(
        self,
        *,
        store: TenantStore,
        standing: Standing,
        passwords: Passwords,
        clock: Clock,
        attempts: MovingLimit,
    ) -> None:
        """`attempts` bounds how often a wrong current password may be given."""
        self._store = store
        self._standing = standing
        self._passwords = passwords
        self._clock = clock
        self._attempts = attempts

    async def page(self, scope: TenantScope, *, limit: int, offset: int) -> tuple[list[StaffMember], int]:
        """A part of the staff by address, and how many there are."""
        async with self._store.read(scope) as db:
            rows, total = await self._users(db, scope).page(limit=limit, offset=offset)
        return [member(row) for row in rows], total

    async def find(self, scope: TenantScope) -> StaffMember | None:
        """Who acts in this scope; None for a contact, and for the operator's own commands."""
        if scope.user_id is None or scope.user_id == LOCAL_USER:
            return None
        async with self._store.read(scope) as db:
            return member(await self._users(db, scope).user(scope.user_id))

    async def add(self, scope: TenantScope, *, email: str, name: str, role: Role, password: str | None) -> NewMember:
        """A new user; without a password one is made.

        Raises:
            NotAllowed: when the role is above one's own.
            InvalidEmail, PasswordRefused, EmailTaken: saying why.
        """
        check_may_make(scope, role)
        email = checked_email(email)
        made = new_password() if password is None else None
        hashed = await self._passwords.hash(made or check_new_password(password or "", email))
        try:
            async with self._store.write(scope) as db:
                row = await self._users(db, scope).add(email=email, name=name, role=role, password_hash=hashed)
        except IntegrityError as error:
            raise email_taken(email) from error
        return NewMember(member=member(row), password=made)

    async def change(self, scope: TenantScope, user_id: str, change: UserChange) -> StaffMember:
        """Another name, role, status or password. A new password, and becoming inactive, end all sign-ins.

        Raises:
            UnknownUser, LastOwner, PasswordRefused: saying why.
            NotAllowed: when the user is above oneself, or would be.
        """
        hashed = None if change.password is None else await self._hash_for(scope, user_id, change)
        async with self._store.write(scope) as db:
            users = self._users(db, scope)
            await users.begin_change()
            row = await users.user(user_id)
            check_may_change(scope, row, change)
            if _leaves_owners(row, change):
                await users.require_another_owner(row)
            self._apply(row, change, hashed)
        self._standing.forget(scope.tenant_id)
        return member(row)

    async def sign_out_everywhere(self, scope: TenantScope, user_id: str) -> None:
        """All tokens of the user are void; API keys stay.

        Raises:
            UnknownUser: when there is none.
            NotAllowed: when the user is above oneself.
        """
        async with self._store.write(scope) as db:
            row = await self._users(db, scope).user(user_id)
            check_may_change(scope, row, UserChange())
            self._end_sign_ins(row, keep=None)
        self._standing.forget(scope.tenant_id)

    async def change_own_password(self, scope: TenantScope, presented: Presented, *, current: str, new: str) -> None:
        """Another password for oneself. All one's other tokens are void; the presented one stays good.

        Raises:
            NotAllowed: for whoever has no password.
            WrongPassword, PasswordRefused: saying why.
            TooManyRequests: after too many wrong ones.
        """
        if scope.user_id in {None, LOCAL_USER} or isinstance(presented, PresentedKey):
            raise NotAllowed("Only staff who signed in with a password can change theirs: sign in first.")
        async with self._store.read(scope) as db:
            row = await self._users(db, scope).user(scope.user_id or "")
        async with self._attempts.counting_failures((scope.tenant_id, row.id), "wrong passwords", WrongPassword):
            if not await self._passwords.fits(row.password_hash, current):
                raise WrongPassword("The current password is wrong: nothing was changed.")
        hashed = await self._passwords.hash(check_new_password(new, row.email))
        async with self._store.write(scope) as db:
            row = await self._users(db, scope).user(row.id)
            row.password_hash = hashed
            self._end_sign_ins(row, keep=presented.token_id)
        self._standing.forget(scope.tenant_id)

    async def _hash_for(self, scope: TenantScope, user_id: str, change: UserChange) -> str:
        """Checked before it is hashed, which takes its time and holds no transaction open meanwhile."""
        async with self._store.read(scope) as db:
            row = await self._users(db, scope).user(user_id)
        check_may_change(scope, row, change)
        return await self._passwords.hash(check_new_password(change.password or "", row.email))

    def _apply(self, row: User, change: UserChange, hashed: str | None) -> None:
        if change.name is not None:
            row.name = change.name
        if change.role is not None:
            row.role = change.role.value
        if change.status is not None:
            row.status = change.status.value
        if hashed is not None:
            row.password_hash = hashed
        if hashed is not None or change.status is UserStatus.INACTIVE:
            self._end_sign_ins(row, keep=None)

    def _end_sign_ins(self, row: User, *, keep: str | None) -> None:
        row.tokens_valid_from = self._clock.now()
        row.kept_token_id = keep

    def _users(self, db: AsyncSession, scope: TenantScope) -> UserRepository:
        return UserRepository(db, scope, self._clock)


def _leaves_owners(row: User, change: UserChange) -> bool:
    """Whether an active owner stops being one."""
    if row.role != Role.OWNER or row.status != UserStatus.ACTIVE:
        return False
    return change.status is UserStatus.INACTIVE or change.role not in {None, Role.OWNER}
