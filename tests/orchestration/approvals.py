"""Approvals with real parts on a database of its own: the gate under the guard, the queue, tickets, messages, HTTP.

What is carried out leaves its trace in a till; see `approval_tools.py`.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from deskhand.api import AppParts, create_app
from deskhand.conversations.speaking import AgentSpeaker
from deskhand.conversations.tables import MessageRow
from deskhand.jobs.queue import JobQueue
from deskhand.jobs.running import JobRunner
from deskhand.llm.sentiment import VaderSentiment
from deskhand.orchestration.approval_actions import Actions
from deskhand.orchestration.approval_course import ApprovalCourse
from deskhand.orchestration.approval_endpoints import ApprovalEndpoints
from deskhand.orchestration.approval_gate import ApprovalGate
from deskhand.orchestration.approval_model import Approval, ApprovalFilter
from deskhand.orchestration.approval_notices import ApprovalNotices
from deskhand.orchestration.approval_tickets import ApprovalTickets
from deskhand.orchestration.approvals import Approvals
from deskhand.settings import load_settings
from deskhand.tenancy.gate import Gate
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.standing import Standing
from deskhand.tools.bound import BoundTool, CallEnded, CallEvent
from deskhand.tools.breaker import InMemoryBreakers
from deskhand.tools.contract import ApprovalPolicy, BaseTool, ToolTurn
from deskhand.tools.guard import Guard
from deskhand.tools.registry import ToolRegistry
from deskhand.tools.retrying import RetryPolicy
from escalation.desks import Company, Desk, open_company, open_desk
from orchestration.approval_tools import Discount, LookUp, Payout, Point, RefundPayment, SendWithoutKey, Till

MESSAGE = "I want my money back for the bike!"
CURRENCY = "EUR"
ONCE = RetryPolicy(attempts=1)


@dataclass(frozen=True, kw_only=True)
class Counter:
    """Everything there is about approvals, on one database, with one company at it."""

    rig: Desk
    company: Company
    jobs: JobQueue
    approvals: Approvals
    guard: Guard
    registry: ToolRegistry
    till: Till
    announced: list[tuple[str, str]]
    live: list[str]
    transport: httpx.ASGITransport
    bank: httpx.URL
    events: list[CallEvent] = field(default_factory=list)

    @property
    def operator(self) -> TenantScope:
        return self.company.ada

    def turn(self, **fields: Any) -> ToolTurn:
        given: dict[str, Any] = {
            "scope": self.company.contact,
            "request_id": "req_1",
            "session_id": self.company.session_id,
            "thread_id": self.company.thread_id,
            "turn_id": "trn_1",
            "contact_id": self.company.contact.contact_id,
            "agent_id": "support",
            "agent_version": "1.0.0",
            "text": MESSAGE,
        }
        return ToolTurn(**(given | fields))

    def tool(self, name: str, turn: ToolTurn) -> BaseTool[Any]:
        made: dict[str, Callable[[], BaseTool[Any]]] = {
            "issue_refund": lambda: RefundPayment(self.till, turn),
            "grant_discount": lambda: Discount(self.till, turn),
            "send_replacement": lambda: SendWithoutKey(self.till),
            "look_up_order": LookUp,
            "pay_out": lambda: Payout(self.till, self.bank),
        }
        return made[name]()

    async def call(
        self,
        name: str = "issue_refund",
        *,
        policy: ApprovalPolicy | None = None,
        turn: ToolTurn | None = None,
        **given: Any,
    ) -> dict[str, Any]:
        """What a model is shown that calls the tool in a turn."""
        turn = turn or self.turn(approval=policy or ApprovalPolicy())
        bound = BoundTool(self.tool(name, turn), turn, timeout_seconds=5.0, report=self.events.append)
        shown: dict[str, Any] = json.loads(await self.guard.call(bound, given))
        return shown

    @property
    def last(self) -> CallEnded:
        ended = self.events[-1]
        assert isinstance(ended, CallEnded)
        return ended

    async def asked(self, name: str = "issue_refund", **given: Any) -> Approval:
        """The request that a call with these arguments makes."""
        arguments = given or {"order": "A-1", "amount": "620.00"}
        if "policy" in given and len(given) == 1:
            arguments = {**given, "order": "A-1", "amount": "620.00"}
        await self.call(name, **arguments)
        facts = self.last.result.metadata["approval"]
        return await self.approvals.get(self.operator, facts["approval_id"])

    async def again(self, approval: Approval) -> Approval:
        return await self.approvals.get(self.operator, approval.id)

    async def everything(self) -> list[Approval]:
        page = await self.approvals.list(self.operator, ApprovalFilter(), limit=100, offset=0)
        return list(page.items)

    async def history(self, approval: Approval) -> list[str]:
        _, events = await self.approvals.with_history(self.operator, approval.id)
        return [event.kind.value for event in events]

    async def messages(self) -> list[str]:
        """What the agent has written in the conversation."""
        async with self.rig.store.read(self.operator) as db:
            rows = await db.scalars(
                select(MessageRow.content).where(MessageRow.thread_id == self.company.thread_id).order_by(MessageRow.id)
            )
            return list(rows)

    def client(self, scope: TenantScope) -> httpx.AsyncClient:
        """An HTTP client for whoever acts in the scope."""
        if scope.contact_id is not None:
            issued = self.rig.signer.for_contact(tenant_id=scope.tenant_id, contact_id=scope.contact_id)
        else:
            issued = self.rig.signer.for_user(tenant_id=scope.tenant_id, user_id=scope.user_id or "", role=scope.role)
        headers = {"Authorization": f"Bearer {issued.token}"}
        return httpx.AsyncClient(transport=self.transport, base_url="http://desk", headers=headers)


@asynccontextmanager
async def open_counter(
    folder: Path, url: str | None = None, *, bank: str = "http://127.0.0.1:9/", point: Point = lambda _: None
) -> AsyncIterator[Counter]:
    """On a fresh SQLite file, or on the database of that address; `point` is called where a process may end."""
    async with open_desk(folder, url) as rig:
        company = await _company(rig, folder / "company.json")
        counter, entrance = _counter(rig, company, folder, Till(folder / "till.db", point=point), httpx.URL(bank))
        yield counter
        counter.jobs.end()
        await entrance.close()


def _counter(rig: Desk, company: Company, folder: Path, till: Till, bank: httpx.URL) -> tuple[Counter, Gate]:
    announced: list[tuple[str, str]] = []
    live: list[str] = []
    store, clock, registry, breakers = rig.store, rig.clock, _registry(), InMemoryBreakers(rig.clock)
    runner = JobRunner(store=store, clock=clock, chance=lambda: 0.5)
    jobs = JobQueue(store=store, clock=clock, background=rig.background, runner=runner)
    actions = Actions(
        registry=registry,
        guard=Guard(clock=clock, breakers=breakers, retry=ONCE),
        settings=load_settings(env_file=None, data_dir=folder, currency=CURRENCY),
        dependencies={Till: till, httpx.URL: bank},
    )
    approvals = _approvals(rig, jobs, actions, announced, live)
    gate = ApprovalGate(store=store, clock=clock, approvals=approvals, currency=CURRENCY)
    transport, entrance = _served(rig, approvals, folder)
    counter = Counter(
        rig=rig,
        company=company,
        jobs=jobs,
        approvals=approvals,
        guard=Guard(clock=clock, breakers=breakers, gate=gate, retry=ONCE),
        registry=registry,
        till=till,
        announced=announced,
        live=live,
        transport=transport,
        bank=bank,
    )
    return counter, entrance


def _approvals(
    rig: Desk, jobs: JobQueue, actions: Actions, announced: list[tuple[str, str]], live: list[str]
) -> Approvals:
    def announce(approval: Approval) -> None:
        announced.append((approval.id, approval.status.value))

    store, clock = rig.store, rig.clock
    approvals = Approvals(
        store=store, clock=clock, jobs=jobs, actions=actions, announce=announce, name_of=rig.directory.name_of
    )
    ApprovalCourse(
        store=store,
        clock=clock,
        jobs=jobs,
        approvals=approvals,
        actions=actions,
        speaker=AgentSpeaker(clock=clock, tell=lambda _, message: live.append(message.content)),
        tickets=ApprovalTickets(desk=rig.desk, clock=clock, sentiment=VaderSentiment()),
        announce=announce,
    )
    console = "https://desk.example.com/c/"
    ApprovalNotices(store=store, clock=clock, jobs=jobs, channels=rig.channels, console_url=console)
    return approvals


async def _company(rig: Desk, noted: Path) -> Company:
    """The company that a process before this one has opened in this place, else a new one."""
    known = _noted(noted)
    if known is None:
        company = await open_company(rig)
        _note(noted, company)
        return company

    def staff(name: str, role: Role) -> TenantScope:
        return TenantScope(tenant_id=known["tenant_id"], role=role, user_id=f"usr_demo_{name}")

    return Company(
        rig=rig,
        tenant_id=known["tenant_id"],
        ada=staff("ada", Role.OPERATOR),
        ben=staff("ben", Role.OPERATOR),
        viewer=staff("vic", Role.VIEWER),
        contact=TenantScope(tenant_id=known["tenant_id"], role=Role.CONTACT, contact_id=known["contact_id"]),
        session_id=known["session_id"],
        thread_id=known["thread_id"],
    )


def _noted(path: Path) -> dict[str, str] | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _note(path: Path, company: Company) -> None:
    ids = {name: getattr(company, name) for name in ("tenant_id", "session_id", "thread_id")}
    path.write_text(json.dumps(ids | {"contact_id": company.contact.contact_id}), encoding="utf-8")


def _registry() -> ToolRegistry:
    registry = ToolRegistry()
    for tool in (RefundPayment, Discount, SendWithoutKey, LookUp, Payout):
        registry.register(tool.name, tool)
    return registry


def _served(rig: Desk, approvals: Approvals, folder: Path) -> tuple[httpx.ASGITransport, Gate]:
    gate = Gate(store=rig.store, signer=rig.signer, standing=Standing(rig.store, rig.clock), clock=rig.clock)
    app = create_app(
        AppParts(
            gate=gate,
            routers=[ApprovalEndpoints(approvals).router],
            web_dir=folder,
            cors_origins=(),
            max_request_bytes=100_000,
            version="0",
        )
    )
    return httpx.ASGITransport(app, raise_app_exceptions=False), gate


def nobody(counter: Counter) -> TenantScope:
    """A scope in which nobody in particular acts."""
    return TenantScope(tenant_id=counter.company.tenant_id, role=Role.OWNER)
