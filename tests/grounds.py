"""What tests stand on that open some slices and no whole house: the tables, and a tenant's staff."""

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


async def add_staff(store: TenantStore, clock: Clock, scope: TenantScope, email: str, role: Role) -> str:
    """The id of a user who is there without a password, which would take its time to hash."""
    async with store.write(scope) as db:
        users = UserRepository(db, scope, clock)
        row = await users.with_email(email) or await users.add(email=email, name="", role=role, password_hash="!")
    return row.id


async def owner_of(store: TenantStore, clock: Clock, directory: Directory, slug: str) -> TenantScope:
    """The scope of the tenant's owner; both are made when they are not there."""
    tenant = await directory.ensure_tenant(slug, company="Larkspoke", agent_name="Lark")
    scope = TenantScope(tenant_id=tenant.id, role=Role.OWNER)
    user_id = await add_staff(store, clock, scope, "o@example.com", Role.OWNER)
    return TenantScope(tenant_id=tenant.id, role=Role.OWNER, user_id=user_id)
