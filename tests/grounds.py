"""What tests stand on that open some slices and no whole house: the tables, and the owner of a tenant."""

from sqlalchemy import Connection, inspect

from deskhand.kit.clock import Clock
from deskhand.kit.db import Database
from deskhand.migrations.tables import METADATA
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.users import UserRepository


async def make_tables(database: Database) -> None:
    """Nothing happens where they are."""

    def make(connection: Connection) -> None:
        if not inspect(connection).has_table("tenants"):
            METADATA.create_all(connection)

    async with database.engine.begin() as connection:
        await connection.run_sync(make)


async def owner_of(store: TenantStore, clock: Clock, directory: Directory, slug: str) -> TenantScope:
    """The scope of the tenant's owner; both are made when they are not there."""
    tenant = await directory.ensure_tenant(slug, company="Larkspoke", agent_name="Lark")
    scope = TenantScope(tenant_id=tenant.id, role=Role.OWNER)
    async with store.write(scope) as db:
        users = UserRepository(db, scope, clock)
        row = await users.with_email("o@example.com") or await users.add(
            email="o@example.com", name="", role=Role.OWNER, password_hash="!"
        )
    return TenantScope(tenant_id=tenant.id, role=Role.OWNER, user_id=row.id)
