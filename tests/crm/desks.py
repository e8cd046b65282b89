"""A CRM for tests: two tenants with staff and contacts on a real database, its endpoints, and a clock that is moved."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import APIRouter
from sqlalchemy import insert

from deskhand.api import AppParts, create_app
from deskhand.crm.changing import ContactDesk
from deskhand.crm.endpoints import ContactEndpoints
from deskhand.crm.endpoints_journal import JournalEndpoints
from deskhand.crm.endpoints_setup import SetupEndpoints
from deskhand.crm.field_definitions import CustomFields
from deskhand.crm.lookup import CRMLookups
from deskhand.crm.model import Actor, ActorKind, HistoryEntry, Writing
from deskhand.crm.pipelines import Pipelines
from deskhand.crm.records import BuiltInRecords
from deskhand.crm.timeline import Timeline, TimelineSource
from deskhand.kit.db import Database
from deskhand.migrations.run import migrate
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.gate import Gate
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.standing import Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tables import User
from deskhand.tenancy.tokens import TokenSigner

FILE = "deskhand.db"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AGENT = Actor(kind=ActorKind.AGENT, id="support", turn_id="trn_1")
SUPPORT = Writing(by=AGENT)


@dataclass
class MovedClock:
    """Stands still until it is moved."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


class Agents:
    """Those there are."""

    async def has_agent(self, scope: TenantScope, agent_id: str) -> bool:  # noqa: ARG002 - the port's
        return agent_id in {"support", "sales"}


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Everything there is of the CRM, on one database."""

    store: TenantStore
    clock: MovedClock
    records: BuiltInRecords
    fields: CustomFields
    pipelines: Pipelines
    timeline: Timeline
    lookups: CRMLookups
    directory: Directory
    signer: TokenSigner
    transport: httpx.ASGITransport

    def client(self, scope: TenantScope) -> httpx.AsyncClient:
        """An HTTP client for whoever acts in the scope."""
        if scope.contact_id is not None:
            issued = self.signer.for_contact(tenant_id=scope.tenant_id, contact_id=scope.contact_id)
        else:
            issued = self.signer.for_user(tenant_id=scope.tenant_id, user_id=scope.user_id or "", role=scope.role)
        headers = {"Authorization": f"Bearer {issued.token}"}
        return httpx.AsyncClient(transport=self.transport, base_url="http://desk", headers=headers)

    async def history(self, scope: TenantScope, contact_id: str) -> list[HistoryEntry]:
        """The changes of a contact, oldest first."""
        async with self.store.read(scope) as db:
            found, _ = await ContactDesk(db, scope, self.clock).journal.history(contact_id, limit=100, offset=0)
        return list(reversed(found))


@dataclass(frozen=True, kw_only=True)
class Company:
    """A tenant with an operator, a viewer and a contact."""

    desk: Desk
    tenant_id: str
    ada: TenantScope
    viewer: TenantScope
    contact: TenantScope

    @property
    def contact_id(self) -> str:
        return str(self.contact.contact_id)

    async def another(self) -> str:
        """Another contact's id."""
        contact_id, _ = await self.desk.directory.new_contact(self.tenant_id)
        return contact_id


@asynccontextmanager
async def open_desk(
    folder: Path, url: str | None = None, sources: Sequence[TimelineSource] = ()
) -> AsyncIterator[Desk]:
    """On the SQLite file of the folder, or on the database of that address."""
    database = Database(url or f"sqlite+aiosqlite:///{folder}/{FILE}")
    if url is not None or not (folder / FILE).exists():
        await migrate(database)
    store, clock = TenantStore(database), MovedClock()
    signer = TokenSigner("k" * 40, clock, staff_hours=24 * 365)
    standing = Standing(store, clock)
    gate = Gate(store=store, signer=signer, standing=standing, clock=clock)
    parts: dict[str, Any] = {
        "records": BuiltInRecords(store=store, clock=clock, agents=Agents()),
        "fields": CustomFields(store=store, clock=clock),
        "pipelines": Pipelines(store=store, clock=clock),
        "timeline": Timeline(store=store, clock=clock, sources=sources),
    }
    parts["lookups"] = CRMLookups(records=parts["records"], clock=clock)
    yield Desk(
        store=store,
        clock=clock,
        directory=Directory(store, signer, clock, standing),
        signer=signer,
        transport=httpx.ASGITransport(_app(gate, _routers(**parts), folder), raise_app_exceptions=False),
        **parts,
    )
    await gate.close()
    await database.close()


def _routers(
    records: BuiltInRecords, fields: CustomFields, pipelines: Pipelines, timeline: Timeline, lookups: CRMLookups
) -> list[APIRouter]:
    return [
        ContactEndpoints(records=records, lookups=lookups).router,
        JournalEndpoints(records=records, timeline=timeline).router,
        SetupEndpoints(fields=fields, pipelines=pipelines).router,
    ]


def _app(gate: Gate, routers: list[APIRouter], folder: Path) -> Any:
    return create_app(
        AppParts(gate=gate, routers=routers, web_dir=folder, cors_origins=(), max_request_bytes=100_000, version="0")
    )


async def open_company(desk: Desk, slug: str = "demo") -> Company:
    tenant = await desk.directory.ensure_tenant(slug, company="Larkspoke", agent_name="Lark")
    staff = {
        name: TenantScope(tenant_id=tenant.id, role=role, user_id=f"usr_{slug}_{name}")
        for name, role in (("ada", Role.OPERATOR), ("vic", Role.VIEWER))
    }
    async with desk.store.write(staff["ada"]) as db:
        rows = [
            {
                "id": scope.user_id,
                "tenant_id": tenant.id,
                "email": f"{name}@{slug}.example.com",
                "name": "",
                "status": "active",
                "password_hash": "!",
                "role": scope.role,
                "created_at": desk.clock.now(),
            }
            for name, scope in staff.items()
        ]
        await db.execute(insert(User), rows)
    contact_id, _ = await desk.directory.new_contact(tenant.id)
    return Company(
        desk=desk,
        tenant_id=tenant.id,
        ada=staff["ada"],
        viewer=staff["vic"],
        contact=TenantScope(tenant_id=tenant.id, role=Role.CONTACT, contact_id=contact_id),
    )
