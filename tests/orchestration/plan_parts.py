"""A planner with real parts on a database of its own, the real queue, and agents that answer as they are told."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from sqlalchemy import create_engine

from deskhand.agents.model import UnknownAgent
from deskhand.api import AppParts, create_app
from deskhand.conversations.model import Citation
from deskhand.conversations.sessions import SessionRepository
from deskhand.conversations.speaking import AgentSpeaker
from deskhand.jobs.queue import JobQueue
from deskhand.kit.background import Background
from deskhand.kit.db import Database
from deskhand.migrations.tables import METADATA
from deskhand.orchestration.asking import NOWHERE, AskAgent, Asked, AskPlace
from deskhand.orchestration.plan_endpoints import PlanEndpoints
from deskhand.orchestration.plan_model import Plan, PlanDraft, Strategy, SubtaskDraft
from deskhand.orchestration.plan_ports import PlanAgent, PlanMaking, PlanSynthesising
from deskhand.orchestration.plan_reply import PlanReply
from deskhand.orchestration.plan_runner import AT_ONCE, PlanRunner
from deskhand.orchestration.plan_synthesis import OfflineSynthesiser
from deskhand.orchestration.plan_work import SubtaskWork
from deskhand.orchestration.planner import Planner
from deskhand.orchestration.planning import OfflinePlanner
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.gate import Gate
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.standing import Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tokens import TokenSigner
from deskhand.turns.promises import promises_nothing
from grounds import make_tables, owner_of

SECRET = "a secret of thirty-two characters"
DEADLINE = 20.0
KNOWN = ("support", "billing", "sales")


@dataclass
class MovedClock:
    """Stands still until it is moved."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


def citation(number: int = 1) -> Citation:
    return Citation(
        number=number,
        chunk_id="chk_1",
        source_id="src_1",
        source="returns.md",
        title="Return an item",
        heading=None,
        link=None,
        quote="within 30 days",
    )


@dataclass(frozen=True)
class Question:
    """What an agent was asked."""

    agent: str
    text: str
    context: str
    place: AskPlace


class ScriptedAgents:
    """Answers each question with what its script says: a text, an error to raise, or one after the other of several.

    With `held` it answers only once it is let go. `asked` and `finished` keep the order.
    """

    def __init__(self, answers: dict[str, Any] | None = None, *, held: bool = False) -> None:
        self.answers = answers or {}
        self.held = held
        self.asked: list[Question] = []
        self.finished: list[str] = []
        self.at_once = self.most_at_once = 0
        self._started: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._released: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def ask(
        self,
        scope: TenantScope,  # noqa: ARG002 - as the port has it
        agent_id: str,
        question: str,
        *,
        context: str = "",
        place: AskPlace = NOWHERE,
        depth: int = 0,  # noqa: ARG002 - as the port has it
    ) -> Asked:
        self.asked.append(Question(agent_id, question, context, place))
        self._started[question].set()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.held:
                await self._released[question].wait()
            answer = self._answer(question)
        finally:
            self.at_once -= 1
        self.finished.append(question)
        if isinstance(answer, Asked):
            return answer
        return Asked(agent_id=agent_id, agent_version="1.0.0", text=answer, answered=True, citations=(citation(),))

    def _answer(self, question: str) -> Any:
        answer = self.answers.get(question, f"Answer to {question}")
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def questions(self) -> list[str]:
        return [question.text for question in self.asked]

    def let_go(self, question: str) -> None:
        self._released[question].set()

    async def until_asked(self, *questions: str) -> None:
        async with asyncio.timeout(DEADLINE):
            for question in questions:
                await self._started[question].wait()


@dataclass
class SomeAgents:
    """The agents that there are."""

    known: Sequence[str] = KNOWN
    seconds: float = 60.0

    async def agent(self, scope: TenantScope, agent_id: str) -> PlanAgent:  # noqa: ARG002 - as the port has it
        if agent_id not in self.known:
            raise UnknownAgent(f"There is no agent {agent_id!r}: GET /api/v1/agents lists those there are.")
        return PlanAgent(id=agent_id, name=agent_id.title(), description=f"Does {agent_id}.", seconds=self.seconds)

    async def specialists(self, scope: TenantScope) -> tuple[PlanAgent, ...]:
        return tuple([await self.agent(scope, name) for name in self.known])


class WordRoutes:
    """Billing does what speaks of refunds, support all else."""

    async def routes(self, scope: TenantScope, tasks: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002 - as the port has it
        return tuple("billing" if "refund" in task.lower() else "support" for task in tasks)


@dataclass
class Told:
    """What a session's watchers were told."""

    statuses: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, session_id: str, status: dict[str, Any]) -> None:
        self.statuses.append((session_id, status))


async def at_once(_seconds: float) -> None:
    """No pause."""


@dataclass(kw_only=True)
class Desk:
    """Everything plans run on."""

    store: TenantStore
    clock: MovedClock
    background: Background
    jobs: JobQueue
    asker: Any
    agents: SomeAgents
    events: Told
    work: SubtaskWork
    runner: PlanRunner
    planner: Planner
    directory: Directory
    signer: TokenSigner
    gate: Gate
    scope: TenantScope

    async def settle(self) -> None:
        """Until nothing is left to do now."""
        self.jobs.wake()
        await self.background.settle()

    async def start(self, *subtasks: SubtaskDraft, strategy: Strategy | None = None, **fields: Any) -> Plan:
        task = fields.pop("task", "Find everything out.")
        draft = PlanDraft(task=task, strategy=strategy, subtasks=subtasks, **fields)
        return await self.planner.start(self.scope, draft)

    async def run(self, *subtasks: SubtaskDraft, **fields: Any) -> Plan:
        """The plan once it has ended."""
        plan = await self.start(*subtasks, **fields)
        await self.settle()
        return await self.planner.plan(self.scope, plan.id)

    async def session(self, scope: TenantScope | None = None) -> str:
        scope = scope or self.scope
        contact_id, _ = await self.directory.new_contact(scope.tenant_id)
        async with self.store.write(scope) as db:
            session = await SessionRepository(db, scope, self.clock).create(
                contact_id, "web", thread_id=None, agent_id=None
            )
        return session.id

    def token(self, role: Role = Role.OWNER, scope: TenantScope | None = None) -> str:
        scope = scope or self.scope
        return self.signer.for_user(tenant_id=scope.tenant_id, user_id=scope.user_id or "", role=role).token

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        """An HTTP client of the routes of plans; without a token the owner's."""
        app = create_app(
            AppParts(
                gate=self.gate,
                routers=[PlanEndpoints(self.planner).router],
                web_dir=Path("/nonexistent"),
                cors_origins=(),
                max_request_bytes=1_000_000,
                version="1",
            )
        )
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        return httpx.AsyncClient(transport=transport, base_url="http://plans", headers=headers)


def part(name: str, *dependencies: str, agent: str = "support", **fields: Any) -> SubtaskDraft:
    """A subtask whose question is its name."""
    description = fields.pop("description", name)
    return SubtaskDraft(id=name, description=description, agent=agent, dependencies=dependencies, **fields)


@asynccontextmanager
async def open_desk(where: Path | str, asker: AskAgent | None = None, **parts: Any) -> AsyncIterator[Desk]:
    """A desk on the database in that folder, or of that address; its tables are made when they are not there."""
    database = Database(where if isinstance(where, str) else f"sqlite+aiosqlite:///{with_tables(where / 'plans.db')}")
    background = Background()
    await make_tables(database)
    desk = await _desk(TenantStore(database), background, asker or ScriptedAgents(), **parts)
    try:
        yield desk
    finally:
        desk.jobs.end()
        await background.close()
        await database.close()


async def _desk(
    store: TenantStore,
    background: Background,
    asker: AskAgent,
    *,
    maker: PlanMaking | None = None,
    synthesiser: PlanSynthesising | None = None,
    agents: SomeAgents | None = None,
    clock: MovedClock | None = None,
    places: int = AT_ONCE,
) -> Desk:
    clock, agents, events = clock or MovedClock(), agents or SomeAgents(), Told()
    signer, standing = TokenSigner(SECRET, clock, staff_hours=1), Standing(store, clock)
    directory = Directory(store, signer, clock, standing)
    jobs = JobQueue(store=store, clock=clock, background=background)
    work = SubtaskWork(asker=asker, agents=agents, pause=at_once)
    maker, synthesiser = maker or OfflinePlanner(WordRoutes()), synthesiser or OfflineSynthesiser()
    common: Any = {"store": store, "clock": clock, "jobs": jobs, "work": work}
    speaker = AgentSpeaker(clock=clock, tell=lambda session_id, said: events.said.append((session_id, said.content)))
    reply = PlanReply(clock=clock, speaker=speaker, may_be_said=promises_nothing)
    runner = PlanRunner(maker=maker, synthesiser=synthesiser, events=events, reply=reply, at_once=places, **common)
    runner.register()
    return Desk(
        background=background,
        asker=asker,
        agents=agents,
        events=events,
        runner=runner,
        planner=Planner(agents=agents, runner=runner, **common),
        directory=directory,
        signer=signer,
        gate=Gate(store=store, signer=signer, standing=standing, clock=clock),
        scope=await owner_of(store, clock, directory, "demo"),
        **common,
    )


def with_tables(path: Path) -> Path:
    """The database of that path; when it is not there, one that is made once and copied."""
    if not path.exists():
        path.write_bytes(_empty())
    return path


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        engine = create_engine(f"sqlite:///{path}")
        METADATA.create_all(engine)
        engine.dispose()
        return path.read_bytes()
