"""Finding and making tenants, users and contacts, and signing in. Used by the channels, the demo and the commands."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass

from pwdlib import PasswordHash
from sqlalchemy import select

from deskhand.kit.clock import Clock
from deskhand.kit.db import Database
from deskhand.kit.errors import NotFound, NotSignedIn
from deskhand.kit.ids import new_id
from deskhand.tenancy.roles import Role
from deskhand.tenancy.tables import Contact, Tenant, User
from deskhand.tenancy.tokens import IssuedToken, TokenSigner

ACTIVE = "active"
_NOBODY = "nobody"


class UnknownTenant(NotFound):
    code = "unknown_tenant"


class SignInRefused(NotSignedIn):
    code = "sign_in_refused"


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

    def __init__(self, database: Database, signer: TokenSigner, clock: Clock) -> None:
        self._database = database
        self._signer = signer
        self._clock = clock
        self._passwords = PasswordHash.recommended()
        self._no_user_hash: str | None = None

    async def tenant(self, slug: str) -> TenantProfile:
        """The active tenant of that slug.

        Raises:
            UnknownTenant: when there is none.
        """
        async with self._database.read() as session:
            row = await session.scalar(select(Tenant).where(Tenant.slug == slug, Tenant.status == ACTIVE))
        if row is None:
            raise UnknownTenant(f"There is no tenant {slug!r}: check the address, or run `deskhand demo` to make one.")
        return TenantProfile(
            id=row.id,
            slug=row.slug,
            company=row.company,
            agent_name=row.agent_name,
            welcome=row.welcome,
            suggestions=tuple(json.loads(row.suggestions)),
        )

    async def ensure_tenant(
        self, slug: str, *, company: str, agent_name: str, welcome: str = "", suggestions: Sequence[str] = ()
    ) -> TenantProfile:
        """The tenant of that slug, made when it is not there, with its public words brought up to date."""
        async with self._database.write() as session:
            row = await session.scalar(select(Tenant).where(Tenant.slug == slug))
            if row is None:
                row = Tenant(id=new_id("ten"), slug=slug, status=ACTIVE, created_at=self._clock.now())
                session.add(row)
            row.company, row.agent_name, row.welcome = company, agent_name, welcome
            row.suggestions = json.dumps(list(suggestions), ensure_ascii=False)
        return await self.tenant(slug)

    async def ensure_user(self, tenant_id: str, *, email: str, password: str, role: Role) -> str:
        """The id of the user with that address, made with that password; an existing one keeps its own."""
        hashed = await asyncio.to_thread(self._passwords.hash, password)
        async with self._database.write() as session:
            row = await session.scalar(select(User).where(User.tenant_id == tenant_id, User.email == email))
            if row is None:
                row = User(
                    id=new_id("usr"),
                    tenant_id=tenant_id,
                    email=email,
                    password_hash=hashed,
                    role=role.value,
                    created_at=self._clock.now(),
                )
                session.add(row)
        return row.id

    async def sign_in(self, *, slug: str, email: str, password: str) -> IssuedToken:
        """A token for the user whose password fits.

        Raises:
            SignInRefused: the same words and the same time whether tenant, address or password is wrong.
        """
        async with self._database.read() as session:
            user = await session.scalar(
                select(User)
                .join(Tenant, Tenant.id == User.tenant_id)
                .where(Tenant.slug == slug, Tenant.status == ACTIVE, User.email == email.strip().lower())
            )
        if not await asyncio.to_thread(self._password_fits, user, password) or user is None:
            raise SignInRefused("Tenant, e-mail address or password is wrong.")
        return self._signer.for_user(tenant_id=user.tenant_id, user_id=user.id, role=Role(user.role))

    async def new_contact(self, tenant_id: str) -> tuple[str, IssuedToken]:
        """An anonymous visitor: the contact's id and the token that opens its own conversations."""
        contact = Contact(id=new_id("con"), tenant_id=tenant_id, name=None, created_at=self._clock.now())
        async with self._database.write() as session:
            session.add(contact)
        return contact.id, self._signer.for_contact(tenant_id=tenant_id, contact_id=contact.id)

    def _password_fits(self, user: User | None, password: str) -> bool:
        if self._no_user_hash is None:
            # Verified when there is no such user, so that the answer takes as long as for one there is.
            self._no_user_hash = self._passwords.hash(_NOBODY)
        return self._passwords.verify(password, user.password_hash if user else self._no_user_hash) and user is not None
