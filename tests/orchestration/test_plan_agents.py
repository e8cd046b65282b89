"""Whom plans may give work to: the tenant's own agents, as their contracts have them, with real parts."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deskhand.agents.contract_documents import completed, draft_from
from deskhand.agents.model import UnknownAgent
from deskhand.agents.repository import AgentRepository
from deskhand.agents.runtime import AgentRuntime, RunningAgent
from deskhand.llm.embedding import Vectors
from deskhand.llm.providers import Providers
from deskhand.orchestration.asking import Asked, AskPlace, asking, present_line
from deskhand.orchestration.plan_agents import ContractAgents
from deskhand.orchestration.plan_model import PlanStatus
from deskhand.orchestration.plan_routes import CoordinatorRoutes
from deskhand.settings import load_settings
from deskhand.tenancy.scope import TenantScope
from deskhand.testing.hash_embedder import HashEmbedder
from orchestration.plan_parts import Desk, ScriptedAgents, open_desk, part


@dataclass(kw_only=True)
class House:
    """A desk whose agents are contracts."""

    desk: Desk
    runtime: AgentRuntime
    agents: ContractAgents

    async def add(self, agent_id: str, **fields: Any) -> None:
        document = {"name": agent_id.title(), "identity": {"short_description": f"Does {agent_id}."}, **fields}
        scope, now = self.desk.scope, self.desk.clock.now()
        contract = completed(
            draft_from(document),
            agent_id=agent_id,
            version="1.0.0",
            created_at=now,
            updated_at=now,
            tenant_id=scope.tenant_id,
            owner_id=None,
        )
        async with self.desk.store.write(scope) as db:
            await AgentRepository(db, scope, self.desk.clock).add(contract, author=None, summary="Created")

    async def names(self) -> list[str]:
        return [agent.id for agent in await self.agents.specialists(self.desk.scope)]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    settings = load_settings(env_file=None, data_dir=tmp_path, openai_api_key="key")
    providers = Providers(settings, HashEmbedder())
    async with open_desk(tmp_path) as desk:
        runtime = AgentRuntime(store=desk.store, clock=desk.clock, providers=providers)
        yield House(
            desk=desk, runtime=runtime, agents=ContractAgents(store=desk.store, clock=desk.clock, runtime=runtime)
        )
    await providers.close()


async def test_an_agent_has_the_time_of_its_models_and_a_minute_without(house: House) -> None:
    openai = {"llm_provider": "openai", "timeout_seconds": 45}
    others = [{"provider": "openai", "model": "b"}, {"provider": "openai", "model": "c"}, {"provider": "offline"}]
    slow = openai | {"timeout_seconds": 120, "fallbacks": others}
    await house.add("quick", configuration=openai)
    await house.add("slow", configuration=slow)
    seconds = {
        name: (await house.agents.agent(house.desk.scope, name)).seconds for name in ("support", "quick", "slow")
    }
    assert seconds == {"support": 60.0, "quick": 45.0, "slow": 240.0}
    with pytest.raises(UnknownAgent):
        await house.agents.agent(house.desk.scope, "ghost")


async def test_a_planner_chooses_among_those_the_coordinator_hands_over_to(house: House) -> None:
    assert await house.names() == ["support"]
    await house.add("billing", routing={"description": "Invoices and refunds."})
    await house.add("sales")
    await house.add("gone", metadata={"status": "archived"})
    assert sorted(await house.names()) == ["billing", "sales"]
    await house.add("coordinator", type="workflow", routing={"handoff_targets": ["billing", "gone", "ghost"]})
    (billing,) = await house.agents.specialists(house.desk.scope)
    assert (billing.id, billing.name, billing.description) == ("billing", "Billing", "Invoices and refunds.")


@dataclass
class Route:
    agent_id: str


@dataclass
class ScriptedCoordinator:
    """Hands over as it is told, once it is prepared."""

    targets: dict[str, str]
    prepared: bool = False
    seen: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    async def prepare(self, *_: Any, seconds: float = 60.0) -> bool:
        self.prepared = seconds > 0
        return self.prepared

    async def route(
        self,
        scope: TenantScope,  # noqa: ARG002 - as the port has it
        coordinator_agent: RunningAgent,
        text: str,
        vector: Vectors,
        *,
        history: Sequence[str] = (),
        current: str | None = None,  # noqa: ARG002 - as the port has it
    ) -> Route:
        assert self.prepared
        assert coordinator_agent.id == "coordinator"
        assert vector.shape == (64,)
        self.seen.append((text, tuple(history)))
        return Route(self.targets[text])


async def test_parts_are_routed_by_the_coordinator_to_agents_that_answer(house: House) -> None:
    coordinator = ScriptedCoordinator({"a": "billing", "b": "gone", "c": "ghost"})
    routes = CoordinatorRoutes(coordinator=coordinator, runtime=house.runtime, embedder=HashEmbedder())
    scope = house.desk.scope
    assert await routes.routes(scope, ["a", "b"]) == ("support", "support")
    house.runtime.forget(scope.tenant_id, "coordinator")
    await house.add("billing")
    await house.add("gone", metadata={"status": "archived"})
    await house.add("coordinator", type="workflow", routing={"handoff_targets": ["billing", "gone"]})
    assert await routes.routes(scope, ["a", "b", "c"]) == ("billing", "support", "support")
    assert coordinator.seen == [("a", ()), ("b", ("a",)), ("c", ("a", "b"))]


class LinedAgents(ScriptedAgents):
    """Notes in which line of asking agents it is asked."""

    async def ask(self, scope: TenantScope, agent_id: str, question: str, **where: Any) -> Asked:
        assert present_line() is None
        return await super().ask(scope, agent_id, question, **where)


async def test_a_plan_that_an_agent_starts_is_no_question_of_that_agent(tmp_path: Path) -> None:
    async with open_desk(tmp_path, LinedAgents()) as desk:
        with asking("support", AskPlace(), 0):
            plan = await desk.run(part("a", agent="support"))
    assert plan.status is PlanStatus.DONE
