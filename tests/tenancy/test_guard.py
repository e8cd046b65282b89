"""Below every query: a session bound to a tenant reaches its rows, one bound to none reaches no tenant's."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Select, delete, func, insert, literal, select, text, update

from deskhand.kit.db import Base
from deskhand.migrations.tables import METADATA
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantOwned
from deskhand.tenancy.tables import Contact, Tenant, User
from tenancy.conftest import Office

assert METADATA.tables, "every table is declared by now"
OWNED = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, TenantOwned)),
    key=lambda owned: str(owned.__name__),
)


def statements(owned: Any) -> Iterator[Any]:
    """Ways to reach a table."""
    rows: Select[Any] = select(owned)
    name = owned.__tablename__
    yield rows
    yield select(owned.tenant_id)
    yield select(func.count()).select_from(rows.subquery())
    yield select(rows.cte())
    yield select(owned.tenant_id).union_all(select(owned.tenant_id))
    yield select(Tenant.id).where(rows.exists())
    yield select(Tenant.id).join(owned, owned.tenant_id == Tenant.id)
    yield select(owned.__table__)
    yield text(f"SELECT * FROM {name}")  # noqa: S608 - a table of ours
    yield text(f'DELETE FROM "{name}"')  # noqa: S608 - a table of ours
    yield update(owned).values(tenant_id="ten_x")
    yield update(owned.__table__).values(tenant_id="ten_x")
    yield delete(owned)
    yield delete(owned.__table__)
    yield insert(owned).values(tenant_id="ten_x")
    yield insert(owned.__table__).values(tenant_id="ten_x")


@pytest.mark.parametrize("owned", OWNED, ids=lambda owned: owned.__tablename__)
async def test_a_session_without_a_scope_reaches_nothing_that_a_tenant_owns(owned: Any, office: Office) -> None:
    for statement in statements(owned):
        with pytest.raises(PermissionError, match="belong to tenants"):
            async with office.house.store.database.write() as db:
                await db.execute(statement)


async def test_a_session_without_a_scope_writes_no_row_of_a_tenant(office: Office) -> None:
    row = Contact(id="con_1", tenant_id=office.tenant.id, created_at=office.clock.now())
    with pytest.raises(PermissionError, match="another tenant"):
        async with office.house.store.database.write() as db:
            db.add(row)


async def test_a_session_without_a_scope_still_knows_the_tenants(office: Office) -> None:
    async with office.house.store.database.read() as db:
        assert list(await db.scalars(select(Tenant.slug))) == ["demo"]
        assert await db.scalar(text("SELECT 1")) == 1


async def test_a_session_across_tenants_must_be_asked_for_and_only_reads(office: Office) -> None:
    rival = await office.another("rival")
    await office.contact()
    await rival.contact()
    async with office.house.store.across_tenants() as db:
        assert set(await db.scalars(select(Contact.tenant_id))) == {office.tenant.id, rival.tenant.id}
        with pytest.raises(PermissionError):
            await db.execute(update(Contact).values(name="Taken"))
        db.add(Contact(id="con_1", tenant_id=office.tenant.id, created_at=office.clock.now()))
        with pytest.raises(PermissionError):
            await db.flush()


@pytest.mark.parametrize("nothing", [None, "ten_1", object()])
async def test_no_session_opens_without_a_scope(nothing: Any, office: Office) -> None:
    for opened in (office.house.store.read, office.house.store.write):
        with pytest.raises(TypeError, match="TenantScope"):
            async with opened(nothing):
                raise AssertionError("it opened")


async def test_every_way_to_read_stays_inside_the_tenant(office: Office) -> None:
    rival = await office.another("rival")
    theirs, _ = await office.house.directory.new_contact(office.tenant.id)
    own, _ = await office.house.directory.new_contact(rival.tenant.id)
    rows = select(Contact.id)
    async with office.house.store.read(rival.scope) as db:
        assert list(await db.scalars(rows)) == [own]
        assert await db.get(Contact, theirs) is None
        assert await db.scalar(select(func.count()).select_from(rows.subquery())) == 1
        assert list(await db.scalars(select(rows.cte().c.id))) == [own]
        assert list(await db.scalars(rows.union_all(rows))) == [own, own]
        assert await db.scalar(select(rows.where(Contact.id == theirs).exists())) is False
        assert list(await db.scalars(select(Tenant.slug).where(Tenant.id.in_(select(Contact.tenant_id))))) == ["rival"]
        for statement in (select(Contact.__table__), text("SELECT * FROM contacts")):
            with pytest.raises(PermissionError, match="filter does not reach"):
                await db.execute(statement)


def foreign_writes(tenant_id: str, contact_id: str, now: Any) -> Iterator[tuple[Any, Any]]:
    row = {"id": "con_new", "tenant_id": tenant_id, "name": None, "created_at": now}
    yield insert(Contact), [row]
    yield insert(Contact), row
    yield insert(Contact).values(row), None
    yield insert(Contact).values([row]), None
    yield insert(Contact), [{name: value for name, value in row.items() if name != "tenant_id"}]
    yield (
        insert(Contact).from_select(["id", "tenant_id", "created_at"], select(Tenant.slug, Tenant.id, literal(now))),
        None,
    )
    yield update(Contact).values(tenant_id=tenant_id), None
    yield update(Contact), [{"id": contact_id, "name": "Taken"}]


async def test_every_way_to_write_into_another_tenant_is_refused(office: Office) -> None:
    rival = await office.another("rival")
    theirs, _ = await office.house.directory.new_contact(office.tenant.id)
    await office.house.directory.new_contact(rival.tenant.id)
    for statement, parameters in foreign_writes(office.tenant.id, theirs, office.clock.now()):
        with pytest.raises(PermissionError):
            async with office.house.store.write(rival.scope) as db:
                await db.execute(statement, parameters)
    async with office.house.store.read(office.scope) as db:
        assert [(row.id, row.name) for row in await db.scalars(select(Contact))] == [(theirs, None)]


async def test_ones_own_rows_can_be_written_in_every_way(office: Office) -> None:
    scope = TenantScope(tenant_id=office.tenant.id, role=Role.OWNER)
    row = {"tenant_id": office.tenant.id, "name": None, "created_at": office.clock.now()}
    async with office.house.store.write(scope) as db:
        await db.execute(insert(Contact), [{**row, "id": "con_1"}])
        await db.execute(insert(Contact).values(**row, id="con_2"))
        await db.execute(update(Contact).where(Contact.id == "con_1").values(name="Ada"))
        await db.execute(delete(Contact).where(Contact.id == "con_2"))
        await db.execute(delete(User))
    async with office.house.store.read(scope) as db:
        assert [(found.id, found.name) for found in await db.scalars(select(Contact))] == [("con_1", "Ada")]
