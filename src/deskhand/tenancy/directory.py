"""Finding and making tenants, users and contacts. Used by the channels, the demo and the commands."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from deskhand.kit.clock import Clock
from deskhand.kit.errors import NotFound
from deskhand.kit.ids import new_id
from deskhand.tenancy.passwords import Passwords
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.standing import Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tables import Contact, Tenant, User
from deskhand.tenancy.tokens import IssuedToken, TokenSigner
from deskhand.tenancy.users import UserRepository, checked_email


class TenantStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"


class UnknownTenant(NotFound):
    code = "unknown_tenant"


@dataclass(frozen=True, kw_only=True, slots=True)
class TenantProfile:
    """What the public may know of a tenant."""

    id: str
    slug: str
    company: str
    agent_name: str
    welcome: str
    suggestions: tuple[str, ...]


class Directory:
    """Tenants, their staff and their contacts."""

    def __init__(self, store: TenantStore, signer: TokenSigner, clock: Clock, standing: Standing) -> None:
        self._store = store
        self._signer = signer
        self._clock = clock
        self._standing = standing
        self._passwords = Passwords()

    async def tenant(self, slug: str) -> TenantProfile:
        """The active tenant of that slug.

        Raises:
            UnknownTenant: when there is none.
        """
        async with self._store.database.read() as session:
            row = await session.scalar(select(Tenant).where(Tenant.slug == slug, Tenant.status == TenantStatus.ACTIVE))
        if row is None:
            raise _unknown(slug)
        return _profile(row)

    async def tenant_of(self, scope: TenantScope) -> TenantProfile:
        """The tenant that the scope works for.

        Raises:
            UnknownTenant: when it is gone.
        """
        async with self._store.database.read() as session:
            row = await session.scalar(select(Tenant).where(Tenant.id == scope.tenant_id))
        if row is None:
            raise UnknownTenant("This organisation is not here any more.")
        return _profile(row)

    async def name_of(self, scope: TenantScope) -> str | None:
        """Who acts in the scope, for a record of changes: an e-mail address, or an API key's id."""
        if scope.key_id is not None:
            return scope.key_id
        async with self._store.read(scope) as db:
            email: str | None = await db.scalar(select(User.email).where(User.id == scope.user_id))
        return email or scope.user_id

    async def ensure_tenant(
        self, slug: str, *, company: str, agent_name: str, welcome: str = "", suggestions: Sequence[str] = ()
    ) -> TenantProfile:
        """The tenant of that slug, made when it is not there, with its public words brought up to date."""
        async with self._store.database.write() as session:
            row = await session.scalar(select(Tenant).where(Tenant.slug == slug))
            if row is None:
                row = Tenant(
                    id=new_id("ten"), slug=slug, status=TenantStatus.ACTIVE.value, created_at=self._clock.now()
                )
                session.add(row)
            row.company, row.agent_name, row.welcome = company, agent_name, welcome
            row.suggestions = json.dumps(list(suggestions), ensure_ascii=False)
        return await self.tenant(slug)

    async def set_tenant_status(self, slug: str, status: TenantStatus) -> None:
        """A suspended tenant is unknown to its visitors, and its tokens and keys are void until it is active again.

        Raises:
            UnknownTenant: when there is none.
        """
        async with self._store.database.write() as session:
            row = await session.scalar(select(Tenant).where(Tenant.slug == slug))
            if row is None:
                raise _unknown(slug)
            row.status = status.value
        self._standing.forget(row.id)

    async def ensure_user(self, tenant_id: str, *, email: str, password: str, role: Role, name: str = "") -> str:
        """The id of the user with that address, made with that password; an existing one keeps its own."""
        email = checked_email(email)
        scope = TenantScope(tenant_id=tenant_id, role=Role.OWNER)
        async with self._store.read(scope) as db:
            found = await UserRepository(db, scope, self._clock).with_email(email)
        if found is not None:
            return found.id
        hashed = await self._passwords.hash(password)
        async with self._store.write(scope) as db:
            users = UserRepository(db, scope, self._clock)
            row: User = await users.add(email=email, name=name, role=role, password_hash=hashed)
        return row.id

    async def has_contact(self, scope: TenantScope, contact_id: str) -> bool:
        """Whether the tenant has that contact."""
        async with self._store.read(scope) as db:
            return await db.scalar(select(Contact.id).where(Contact.id == contact_id)) is not None

    async def new_contact(self, tenant_id: str) -> tuple[str, IssuedToken]:
        """An anonymous visitor: the contact's id and the token that opens its own conversations."""
        contact_id = new_id("con")
        scope = TenantScope(tenant_id=tenant_id, role=Role.CONTACT, contact_id=contact_id)
        async with self._store.write(scope) as session:
            session.add(Contact(id=contact_id, tenant_id=tenant_id, name=None, created_at=self._clock.now()))
        return contact_id, self._signer.for_contact(tenant_id=tenant_id, contact_id=contact_id)


def _unknown(slug: str) -> UnknownTenant:
    return UnknownTenant(f"There is no tenant {slug!r}: check the address, or run `deskhand demo` to make one.")


def _profile(row: Tenant) -> TenantProfile:
    return TenantProfile(
        id=row.id,
        slug=row.slug,
        company=row.company,
        agent_name=row.agent_name,
        welcome=row.welcome,
        suggestions=tuple(json.loads(row.suggestions)),
    )
