"""A house of tickets for tests: a real database, the desk, the sender and the endpoints, with a clock that is moved."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import insert

from blanks import put_blank
from deskhand.api import AppParts, create_app
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.sessions import SessionRepository
from deskhand.conversations.takeover import Ownership, TakeoverEvent
from deskhand.conversations.takeover_endpoints import TakeoverEndpoints
from deskhand.escalation.assessment import Assessment, Category, EscalationPolicy, Priority
from deskhand.escalation.channels import NotSent
from deskhand.escalation.desk import TicketDesk
from deskhand.escalation.endpoints import TicketEndpoints
from deskhand.escalation.handover import Fact, Handover
from deskhand.escalation.model import Ticket, TicketWish
from deskhand.escalation.overdue import OverdueWatch
from deskhand.escalation.sender import NoticeSender
from deskhand.kit.background import Background
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

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday


@dataclass
class MovedClock:
    """Stands still until it is moved."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def move(self, by: timedelta) -> None:
        self.moment += by


@dataclass
class Pigeons:
    """Channels that keep what they carry; those named in `refusing` carry nothing."""

    carried: list[tuple[str, str, str]] = field(default_factory=list)
    refusing: dict[str, NotSent] = field(default_factory=dict)

    async def send(self, channel: str, *, title: str, body: str) -> None:
        if channel in self.refusing:
            raise self.refusing[channel]
        self.carried.append((channel, title, body))


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Everything there is about tickets, on one database."""

    store: TenantStore
    clock: MovedClock
    background: Background
    channels: Pigeons
    sender: NoticeSender
    desk: TicketDesk
    watch: OverdueWatch
    ownership: Ownership
    told: list[tuple[str, TakeoverEvent]]
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


@dataclass(frozen=True, kw_only=True)
class Company:
    """A tenant with two operators, a viewer, and a contact with a session."""

    rig: Desk
    tenant_id: str
    ada: TenantScope
    ben: TenantScope
    viewer: TenantScope
    contact: TenantScope
    session_id: str
    thread_id: str

    async def another_session(self) -> str:
        contact_id, _ = await self.rig.directory.new_contact(self.tenant_id)
        return await _session(self.rig.store, self.ada, contact_id, self.rig.clock)

    async def opened(self, session_id: str | None = None, **changes: object) -> Ticket | None:
        """A ticket as a turn opens one."""
        async with self.rig.store.write(self.contact) as db:
            session = await ConversationRepository(db, self.ada, self.rig.clock).session(session_id or self.session_id)
            policy = changes.pop("policy", EscalationPolicy(channels=("service-desk",)))
            assert isinstance(policy, EscalationPolicy)
            wish = TicketWish(
                session_id=session.id,
                thread_id=session.thread_id,
                contact_id=session.contact_id,
                turn_id=None,
                agent_id="support",
                assessment=assessed(**changes),
                policy=policy,
                handover=HANDOVER,
            )
            return await self.rig.desk.open(db, self.contact, wish)

    async def ticket(self, **changes: object) -> Ticket:
        opened = await self.opened(**changes)  # type: ignore[arg-type]  # the session's id is not among the changes
        assert opened is not None
        return opened


HANDOVER = Handover(
    wants="The helmet has not arrived.",
    asked_for_person=True,
    tried=(),
    open_points=("Where is my helmet?",),
    sentiment_label="negative",
    sentiment_score=-0.4,
    facts=(Fact(kind="order", value="A-1044"), Fact(kind="email", value="jo@example.com")),
    message_count=3,
)


def assessed(**changes: object) -> Assessment:
    values: dict[str, object] = {
        "score": 0.93,
        "escalate": True,
        "category": Category.COMPLAINT,
        "priority": Priority.MEDIUM,
        "reasons": ("asked for a person",),
        "signals": {"keywords": 0.9},
        "explicit_request": True,
    }
    return Assessment(**(values | changes))  # type: ignore[arg-type]  # a test's own values


@asynccontextmanager
async def open_desk(folder: Path, url: str | None = None) -> AsyncIterator[Desk]:
    """On a fresh SQLite file, or on the database of that address."""
    database = Database(url or await put_blank(folder))
    if url is not None:
        await migrate(database)
    store, clock, background, channels = TenantStore(database), MovedClock(), Background(), Pigeons()
    signer = TokenSigner("k" * 40, clock, staff_hours=24 * 365)
    standing = Standing(store, clock)
    gate = Gate(store=store, signer=signer, standing=standing, clock=clock)
    told: list[tuple[str, TakeoverEvent]] = []
    sender = NoticeSender(
        store=store, clock=clock, channels=channels, console_url="https://desk.example.com/console/", chance=lambda: 0.5
    )
    desk = TicketDesk(store=store, clock=clock, background=background, sender=sender)
    ownership = Ownership(
        store=store, clock=clock, tickets=desk, tell=lambda session_id, event: told.append((session_id, event))
    )
    routers = [TicketEndpoints(desk=desk, clock=clock).router, TakeoverEndpoints(ownership).router]
    app = create_app(
        AppParts(gate=gate, routers=routers, web_dir=folder, cors_origins=(), max_request_bytes=100_000, version="0")
    )
    yield Desk(
        store=store,
        clock=clock,
        background=background,
        channels=channels,
        sender=sender,
        desk=desk,
        watch=OverdueWatch(store=store, clock=clock, sender=sender),
        ownership=ownership,
        told=told,
        directory=Directory(store, signer, clock, standing),
        signer=signer,
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
    )
    await background.close()
    await gate.close()
    await database.close()


async def open_company(rig: Desk, slug: str = "demo") -> Company:
    tenant = await rig.directory.ensure_tenant(slug, company="Larkspoke", agent_name="Lark")
    staff = {
        name: TenantScope(tenant_id=tenant.id, role=role, user_id=f"usr_{slug}_{name}")
        for name, role in (("ada", Role.OPERATOR), ("ben", Role.OPERATOR), ("vic", Role.VIEWER), ("gone", Role.ADMIN))
    }
    async with rig.store.write(staff["ada"]) as db:
        rows = [
            {
                "id": scope.user_id,
                "tenant_id": tenant.id,
                "email": f"{name}@{slug}.example.com",
                "name": "Ada" if name == "ada" else "",
                "status": "inactive" if name == "gone" else "active",
                "password_hash": "!",
                "role": scope.role,
                "created_at": rig.clock.now(),
            }
            for name, scope in staff.items()
        ]
        await db.execute(insert(User), rows)
    contact_id, _ = await rig.directory.new_contact(tenant.id)
    session_id = await _session(rig.store, staff["ada"], contact_id, rig.clock)
    async with rig.store.read(staff["ada"]) as db:
        session = await ConversationRepository(db, staff["ada"], rig.clock).session(session_id)
    return Company(
        rig=rig,
        tenant_id=tenant.id,
        ada=staff["ada"],
        ben=staff["ben"],
        viewer=staff["vic"],
        contact=TenantScope(tenant_id=tenant.id, role=Role.CONTACT, contact_id=contact_id),
        session_id=session_id,
        thread_id=session.thread_id,
    )


async def _session(store: TenantStore, scope: TenantScope, contact_id: str, clock: MovedClock) -> str:
    async with store.write(scope) as db:
        sessions = SessionRepository(db, scope, clock)
        return (await sessions.create(contact_id, "web", thread_id=None, agent_id=None)).id
