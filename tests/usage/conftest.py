"""A tenant's store on SQLite with its tables, and a clock that stands still until it is moved."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blanks import put_blank
from deskhand.kit.db import Database
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.standing import Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tokens import TokenSigner


class MovableClock:
    """The time is what it is set to."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def pass_days(self, days: int) -> None:
        self.moment += timedelta(days=days)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[TenantStore]:
    database = Database(await put_blank(tmp_path))
    yield TenantStore(database)
    await database.close()


async def scope_of(store: TenantStore, clock: MovableClock, slug: str) -> TenantScope:
    """A tenant of that slug."""
    directory = Directory(store, TokenSigner("k" * 40, clock, staff_hours=1), clock, Standing(store, clock))
    tenant = await directory.ensure_tenant(slug, company=slug, agent_name="Lark")
    return TenantScope(tenant_id=tenant.id, role=Role.OWNER)


@pytest.fixture
async def scope(store: TenantStore, clock: MovableClock) -> TenantScope:
    return await scope_of(store, clock, "demo")


@pytest.fixture
async def neighbour(store: TenantStore, clock: MovableClock) -> TenantScope:
    return await scope_of(store, clock, "neighbour")
