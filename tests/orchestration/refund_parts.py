"""What tests of votes and refunds share: a tenant on a real database, its agents, orders, jobs, a clock that is moved.

The CRM is of paper: it keeps what it is told, each key once.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from fastapi import APIRouter

from blanks import put_blank
from deskhand.agents.contract import AgentContract
from deskhand.agents.contract_documents import completed, draft_from
from deskhand.agents.repository import AgentRepository
from deskhand.agents.runtime import AgentRuntime
from deskhand.api import AppParts, create_app
from deskhand.conversations.sessions import SessionRepository
from deskhand.crm.model import SYSTEM, AccountStatus, ContactEvent, CustomerProfile, NewEvent, Writing
from deskhand.jobs.queue import JobQueue
from deskhand.kit.background import Background
from deskhand.kit.db import Database
from deskhand.llm.providers import Providers
from deskhand.migrations.run import migrate
from deskhand.orchestration.billing_client import Billing
from deskhand.orchestration.billing_endpoints import BillingEndpoints
from deskhand.orchestration.billing_repository import BillingEntry, EntryFilter
from deskhand.orchestration.consensus_endpoints import ConsensusEndpoints
from deskhand.orchestration.consensus_voting import ConsensusVoting
from deskhand.orchestration.order_endpoints import OrderEndpoints
from deskhand.orchestration.order_repository import Order
from deskhand.orchestration.orders import OrderDraft, Orders
from deskhand.orchestration.refund_advice import RefundAdvisor
from deskhand.orchestration.refund_ledger import RefundLedger
from deskhand.orchestration.refund_records import Place, RefundWish, terms_for
from deskhand.settings import Settings, load_settings
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.gate import Gate
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope, UnknownContact
from deskhand.tenancy.standing import Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tables import User
from deskhand.tenancy.tokens import TokenSigner
from deskhand.testing.hash_embedder import HashEmbedder
from deskhand.tools.contract import ToolTurn
from deskhand.usage.model import PriceList
from deskhand.usage.recorder import UsageRecorder

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class MovedClock:
    """Stands still until it is moved."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def move(self, by: timedelta) -> None:
        self.moment += by


@dataclass
class PaperCrm:
    """Keeps events by key. `down` is raised by every look-up; contacts in `strangers` are not known."""

    events: dict[str, tuple[str, NewEvent]] = field(default_factory=dict)
    status: AccountStatus = AccountStatus.ACTIVE
    tags: tuple[str, ...] = ()
    down: Exception | None = None
    strangers: set[str] = field(default_factory=set)
    asked_by: set[str] = field(default_factory=set)
    """Tenants that it was reached from."""

    async def lookup(self, scope: TenantScope, contact_id: str) -> CustomerProfile | None:
        self.asked_by.add(scope.tenant_id)
        if self.down is not None:
            raise self.down
        return CustomerProfile(id=contact_id, account_status=self.status, tags=self.tags, fetched_at=START)

    async def add_event(self, scope: TenantScope, contact_id: str, new: NewEvent, writing: Writing) -> ContactEvent:
        self.asked_by.add(scope.tenant_id)
        if contact_id in self.strangers:
            raise UnknownContact("There is no such contact.")
        key = writing.idempotency_key or ""
        self.events.setdefault(key, (contact_id, new))
        return ContactEvent(
            id=f"evt_{key}",
            contact_id=contact_id,
            category=new.category,
            priority=new.priority,
            title=new.title,
            data=new.data,
            by=SYSTEM,
            occurred_at=START,
            created_at=START,
        )


class CalmQueue(JobQueue):
    """Looks for jobs when a test says so, and not by itself."""

    def wake(self) -> None:
        """There is time."""


@dataclass(frozen=True, kw_only=True)
class Bank:
    """Everything there is about votes and refunds, on one database."""

    settings: Settings
    store: TenantStore
    clock: MovedClock
    background: Background
    queue: JobQueue
    crm: PaperCrm
    directory: Directory
    signer: TokenSigner
    runtime: AgentRuntime
    voting: ConsensusVoting
    orders: Orders
    ledger: RefundLedger
    advisor: RefundAdvisor
    transport: httpx.ASGITransport

    def client(self, scope: TenantScope) -> httpx.AsyncClient:
        """An HTTP client for whoever acts in the scope."""
        if scope.contact_id is not None:
            issued = self.signer.for_contact(tenant_id=scope.tenant_id, contact_id=scope.contact_id)
        else:
            issued = self.signer.for_user(tenant_id=scope.tenant_id, user_id=scope.user_id or "", role=scope.role)
        headers = {"Authorization": f"Bearer {issued.token}"}
        return httpx.AsyncClient(transport=self.transport, base_url="http://bank", headers=headers)


@dataclass(frozen=True, kw_only=True)
class Firm:
    """A tenant with staff, and a contact with a session."""

    bank: Bank
    staff: Mapping[Role, TenantScope]
    contact: TenantScope
    session_id: str

    @property
    def owner(self) -> TenantScope:
        return self.staff[Role.OWNER]

    @property
    def contact_id(self) -> str:
        return self.contact.contact_id or ""

    def turn(self, turn_id: str = "trn_1", text: str = "I want my money back.") -> ToolTurn:
        return ToolTurn(
            scope=self.contact,
            request_id="req_1",
            session_id=self.session_id,
            thread_id="thr_1",
            turn_id=turn_id,
            contact_id=self.contact_id,
            agent_id="support-billing",
            agent_version="1.0.0",
            text=text,
        )

    def wish(self, amount: str = "20.00", number: str = "A-1", key: str = "key-1", **given: Any) -> RefundWish:
        place = Place(
            contact_id=self.contact_id, session_id=self.session_id, turn_id="trn_1", agent_id="support-billing"
        )
        values = {"currency": "GBP", "reason": "It does not fit.", **given}
        return RefundWish(place=place, key=key, order_number=number, amount=Decimal(amount), **values)

    async def bought(self, number: str = "A-1", *, days: float = 10, amount: str = "100.00", **given: Any) -> Order:
        """An order of the contact, so many days old."""
        values = {"contact_id": self.contact_id, "currency": "GBP", **given}
        placed_at = self.bank.clock.now() - timedelta(days=days)
        draft = OrderDraft(number=number, placed_at=placed_at, amount=Decimal(amount), **values)
        return (await self.bank.orders.add(self.owner, draft))[0]

    async def entries(self) -> tuple[BillingEntry, ...]:
        """What was refunded and granted, oldest first."""
        page = await self.bank.ledger.page(self.owner, EntryFilter(), limit=100, offset=0)
        return tuple(reversed(page.items))

    async def agent(self, agent_id: str, **contract: Any) -> AgentContract:
        """An agent of that id, made."""
        identity = {"short_description": "Votes."}
        draft = draft_from({"id": agent_id, "name": agent_id, "identity": identity, **contract})
        moment, tenant = self.bank.clock.now(), self.owner.tenant_id
        whole = completed(
            draft,
            agent_id=agent_id,
            tenant_id=tenant,
            owner_id=None,
            version="1.0.0",
            created_at=moment,
            updated_at=moment,
        )
        async with self.bank.store.write(self.owner) as db:
            await AgentRepository(db, self.owner, self.bank.clock).add(whole, author=None, summary="")
        return whole


@asynccontextmanager
async def open_bank(
    folder: Path, *, url: str | None = None, billing: Billing | None = None, seconds: float = 20.0, **settings: Any
) -> AsyncIterator[Bank]:
    """On a fresh SQLite file, or on the database of that address. `seconds` is for one voter."""
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240 - nobody else waits here
    known = load_settings(env_file=None, data_dir=folder, **settings)
    database = Database(url or await put_blank(folder))
    if url is not None:
        await migrate(database)
    store, clock, background, crm = TenantStore(database), MovedClock(), Background(), PaperCrm()
    signer, standing = TokenSigner("k" * 40, clock, staff_hours=24 * 365), Standing(store, clock)
    gate = Gate(store=store, signer=signer, standing=standing, clock=clock)
    providers = Providers(known, HashEmbedder())
    runtime = AgentRuntime(store=store, clock=clock, providers=providers)
    usage = UsageRecorder(clock=clock, prices=PriceList(prices={}))
    voting = ConsensusVoting(store=store, clock=clock, agents=runtime, usage=usage, seconds=seconds)
    terms = terms_for("GBP")
    queue = CalmQueue(store=store, clock=clock, background=background)
    orders = Orders(store=store, clock=clock)
    ledger = RefundLedger(store=store, clock=clock, outbox=queue, crm=crm, billing=billing, terms=terms)
    ledger.register(queue)
    routers = [OrderEndpoints(orders).router, BillingEndpoints(ledger).router, ConsensusEndpoints(voting).router]
    yield Bank(
        settings=known,
        store=store,
        clock=clock,
        background=background,
        queue=queue,
        crm=crm,
        directory=Directory(store, signer, clock, standing),
        signer=signer,
        runtime=runtime,
        voting=voting,
        orders=orders,
        ledger=ledger,
        advisor=RefundAdvisor(store=store, clock=clock, voting=voting, profiles=crm, terms=terms),
        transport=_transport(gate, routers, folder),
    )
    for each in (background, gate, providers, database):
        await each.close()


def _transport(gate: Gate, routers: Sequence[APIRouter], folder: Path) -> httpx.ASGITransport:
    parts = AppParts(
        gate=gate, routers=routers, web_dir=folder, cors_origins=(), max_request_bytes=100_000, version="0"
    )
    return httpx.ASGITransport(create_app(parts), raise_app_exceptions=False)


async def open_firm(bank: Bank, slug: str = "demo") -> Firm:
    tenant = await bank.directory.ensure_tenant(slug, company="Larkspoke", agent_name="Lark")
    staff = {
        role: TenantScope(tenant_id=tenant.id, role=role, user_id=f"usr_{slug}_{role}")
        for role in (Role.OWNER, Role.OPERATOR, Role.VIEWER)
    }
    owner = staff[Role.OWNER]
    async with bank.store.write(owner) as db:
        db.add_all(
            User(
                id=scope.user_id or "",
                tenant_id=tenant.id,
                email=f"{role}@{slug}.example.com",
                password_hash="!",
                role=role,
                created_at=bank.clock.now(),
            )
            for role, scope in staff.items()
        )
    contact_id, _ = await bank.directory.new_contact(tenant.id)
    async with bank.store.write(owner) as db:
        session = await SessionRepository(db, owner, bank.clock).create(
            contact_id, "web", thread_id=None, agent_id=None
        )
    contact = TenantScope(tenant_id=tenant.id, role=Role.CONTACT, contact_id=contact_id)
    return Firm(bank=bank, staff=staff, contact=contact, session_id=session.id)
