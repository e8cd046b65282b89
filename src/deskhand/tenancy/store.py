"""Sessions that cannot see another tenant: the filter sits below every query, not in it.

Slices declare what a tenant owns with the mixin `TenantOwned` and open their sessions here. A session of the same
database that was not opened here reaches none of those tables. Below: `tenancy/guard.py`, `kit/db.py`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import ForeignKey, String
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from deskhand.kit.db import Database
from deskhand.tenancy.guard import TenantGuard
from deskhand.tenancy.scope import TenantScope


class TenantOwned:
    """Mixin of every table whose rows belong to one tenant."""

    tenant_id: Mapped[str] = mapped_column(String(40), ForeignKey("tenants.id", ondelete="CASCADE"), index=True)


class TenantStore:
    """Opens sessions bound to a scope: reads return only its tenant's rows, writes into another's are refused.

    From then on a session of the database that was opened elsewhere raises when it touches what a tenant owns.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._guard = TenantGuard(TenantOwned)
        self._guard.watch(database.session_class)

    @asynccontextmanager
    async def read(self, scope: TenantScope) -> AsyncIterator[AsyncSession]:
        async with self.database.read() as session:
            self._bind(session, scope)
            yield session

    @asynccontextmanager
    async def write(self, scope: TenantScope) -> AsyncIterator[AsyncSession]:
        async with self.database.write() as session:
            self._bind(session, scope)
            yield session

    @asynccontextmanager
    async def across_tenants(self) -> AsyncIterator[AsyncSession]:
        """A session that reads the rows of all tenants: for signing in, and for the sweep at start. It cannot write."""
        async with self.database.read() as session:
            self._guard.open_across(session.sync_session)
            yield session

    def _bind(self, session: AsyncSession, scope: TenantScope) -> None:
        if not isinstance(scope, TenantScope):
            raise TypeError(f"A session works for one tenant: give a TenantScope, not {scope!r}.")
        self._guard.bind(session.sync_session, scope.tenant_id)
