"""Agents that ask one another, on the real parts of a house: a help centre, contracts, and a model over the wire."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deskhand.agents.contract_documents import draft_from
from deskhand.agents.library import AgentLibrary
from deskhand.agents.runtime import AgentRuntime, RunningAgent
from deskhand.attachments.shelf import AttachmentShelf
from deskhand.conversations.model import Session, SessionStatus, Turn, TurnStatus
from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.knowledge.tool import SEARCH_KNOWLEDGE, SearchKnowledge
from deskhand.llm.providers import Providers
from deskhand.orchestration.ask_tool import ASK_AGENT, AskAgentTool, Switchboard
from deskhand.orchestration.asking import AskPlace
from deskhand.settings import load_settings
from deskhand.tenancy.scope import TenantScope
from deskhand.testing.scripted_provider import ScriptedProvider, Step
from deskhand.tools.breaker import InMemoryBreakers
from deskhand.tools.contract import BaseTool, ToolResult, ToolSlice
from deskhand.tools.guard import Guard
from deskhand.tools.registry import ToolRegistry
from deskhand.turns.asking import AgentAsker
from deskhand.turns.budget import Budget
from deskhand.turns.events import TurnEvent
from deskhand.turns.respond import Responder
from deskhand.turns.sources import Sources
from deskhand.turns.state import Accepted, Draft, Gathered
from deskhand.turns.toolbox import Toolboxes
from deskhand.usage.repository import UsageRepository
from deskhand.wiring import House
from shops import OpenHouse, Shop, open_shop, serving
from tools.calls import Order

PLACE = AskPlace(session_id="ses_1", thread_id="thr_1", turn_id="trn_1", contact_id="con_1")


class Refund(BaseTool[Order]):
    """Acts: nobody who is merely asked may have it."""

    name = "refund"
    description = "Pays an order back."
    parameters = Order

    async def execute(self, parameters: Order) -> ToolResult:  # noqa: ARG002 - it pays whatever it is
        return ToolResult(success=True, data={"paid": True})


@dataclass
class Agents:
    """The agents of a shop, and how they are asked."""

    shop: Shop
    provider: ScriptedProvider
    runtime: AgentRuntime
    library: AgentLibrary
    asker: AgentAsker
    responder: Responder
    events: list[TurnEvent] = field(default_factory=list)

    @property
    def scope(self) -> TenantScope:
        return self.shop.owner_scope

    async def make(self, agent_id: str, **parts: Any) -> None:
        """An agent with these parts of a contract."""
        body = {"id": agent_id, "name": agent_id.title(), "identity": {"short_description": "Answers."}, **parts}
        await self.library.create(self.scope, draft_from(body))

    async def answer(self, agent_id: str, text: str) -> Draft:
        """What an agent writes to a customer, without any passages to begin with."""
        agent = await self.runtime.agent_for(self.scope, agent_id)
        gathered = Gathered(agent=agent, text=text, history=(), questions=(text,), passages=())
        return await self.responder.respond(
            a_message(self.scope, agent, text, self.shop.house), gathered, self.events.append
        )

    async def spent(self) -> dict[str, int]:
        """The tokens of today, by agent."""
        async with self.shop.house.store.read(self.scope) as db:
            usage = UsageRepository(db, self.scope, self.shop.house.clock)
            return await usage.spent_by_agent(usage.today)

    async def conversations(self) -> int:
        """How many messages are stored."""
        async with self.shop.client(self.shop.owner_token()) as owner:
            return int((await owner.get("/api/v1/threads")).json()["total"])


AgentsOf = Callable[..., AbstractAsyncContextManager[Agents]]


@pytest.fixture
def agents_of(tmp_path: Path, open_a_house: OpenHouse) -> AgentsOf:
    """Opens a shop whose model plays a script."""

    @asynccontextmanager
    async def opened(*script: Step, reads: Sequence[str] = ()) -> AsyncIterator[Agents]:
        provider = ScriptedProvider(*script)
        async with serving(provider.app) as url:
            settings = load_settings(
                env_file=None,
                data_dir=tmp_path / "data",
                openai_api_key="test-key",
                openai_base_url=f"{url}/v1",
                llm={"provider": "offline", "max_retries": 0},
            )
            async with open_a_house(settings) as house:
                providers = Providers(settings, house.embedder)
                try:
                    yield _agents(await open_shop(house), provider, providers, frozenset(reads))
                finally:
                    await providers.close()

    return opened


def _agents(shop: Shop, provider: ScriptedProvider, providers: Providers, reads: frozenset[str]) -> Agents:
    house, board, registry = shop.house, Switchboard(), ToolRegistry()
    registry.register(SEARCH_KNOWLEDGE, SearchKnowledge, slice_=ToolSlice.RAG)
    registry.register(ASK_AGENT, AskAgentTool)
    registry.register("refund", Refund)
    shelf = house.slices.attachments.shelf
    runtime = AgentRuntime(store=house.store, clock=house.clock, providers=providers)
    budget = Budget(store=house.store, clock=house.clock)
    toolboxes = Toolboxes(
        registry=registry,
        guard=Guard(clock=house.clock, breakers=InMemoryBreakers(house.clock)),
        settings=house.settings,
        dependencies={KnowledgeLibrary: house.library, AttachmentShelf: shelf, Switchboard: board},
    )
    responder = Responder(toolboxes=toolboxes, budget=budget, usage=house.slices.usage)
    asker = AgentAsker(
        store=house.store,
        clock=house.clock,
        runtime=runtime,
        sources=Sources(
            library=house.library, embedder=house.embedder, memory=house.slices.memories.recall, shelf=shelf
        ),
        responder=responder,
        budget=budget,
        usage=house.slices.usage,
        reads=reads,
    )
    board.connect(asker)
    library = AgentLibrary(
        store=house.store,
        clock=house.clock,
        knowledge=house.library,
        tools=registry.names,
        providers=providers.known,
        author_of=house.directory.name_of,
        changed=runtime.forget,
    )
    return Agents(shop=shop, provider=provider, runtime=runtime, library=library, asker=asker, responder=responder)


def a_message(scope: TenantScope, agent: RunningAgent, text: str, house: House) -> Accepted:
    """A customer's message to that agent, as it is once it is stored."""
    now = house.clock.now()
    session = Session(
        id="ses_1",
        thread_id="thr_1",
        contact_id="con_1",
        channel="chat",
        status=SessionStatus.ACTIVE,
        started_at=now,
        last_activity_at=now,
        agent_id=agent.id,
    )
    turn = Turn(
        id="trn_1",
        tenant_id=scope.tenant_id,
        session_id="ses_1",
        thread_id="thr_1",
        contact_id="con_1",
        status=TurnStatus.ACCEPTED,
        idempotency_key=None,
        message_id="msg_1",
        text=text,
        answer=None,
        error=None,
    )
    return Accepted(scope=scope, session=session, turn=turn, knowledge_bases=(), texts=(text,))
