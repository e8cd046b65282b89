"""Sessions that cannot see another tenant: the filter sits below every query, not in it.

Slices declare what a tenant owns with the mixin `TenantOwned` and open their sessions here. Below: `kit/db.py`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import ForeignKey, String, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    UOWTransaction,
    mapped_column,
    with_loader_criteria,
)

from deskhand.kit.db import Database
from deskhand.tenancy.scope import TenantScope

_TENANT = "tenant_id"


class TenantOwned:
    """Mixin of every table whose rows belong to one tenant."""

    tenant_id: Mapped[str] = mapped_column(String(40), ForeignKey("tenants.id", ondelete="CASCADE"), index=True)


class TenantStore:
    """Opens sessions bound to a scope: reads return only its tenant's rows, writes into another's are refused."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @asynccontextmanager
    async def read(self, scope: TenantScope) -> AsyncIterator[AsyncSession]:
        async with self.database.read() as session:
            bind_scope(session, scope)
            yield session

    @asynccontextmanager
    async def write(self, scope: TenantScope) -> AsyncIterator[AsyncSession]:
        async with self.database.write() as session:
            bind_scope(session, scope)
            yield session


def bind_scope(session: AsyncSession, scope: TenantScope) -> None:
    """From now on the session sees and changes this tenant's rows only (also in bulk updates and deletes)."""
    sync = session.sync_session
    sync.info[_TENANT] = scope.tenant_id
    event.listen(sync, "do_orm_execute", _filter_by_tenant)
    event.listen(sync, "before_flush", _refuse_foreign_rows)


def _filter_by_tenant(state: ORMExecuteState) -> None:
    if state.is_column_load or state.is_relationship_load:
        return
    tenant_id: str = state.session.info[_TENANT]
    state.statement = state.statement.options(
        with_loader_criteria(TenantOwned, lambda cls: cls.tenant_id == tenant_id, include_aliases=True)
    )


def _refuse_foreign_rows(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    tenant_id = session.info[_TENANT]
    for row in [*session.new, *session.dirty]:
        if isinstance(row, TenantOwned) and row.tenant_id != tenant_id:
            raise PermissionError(f"{type(row).__name__} of another tenant in a session of {tenant_id!r}")
