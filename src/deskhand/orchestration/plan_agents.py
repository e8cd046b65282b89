"""The agents that plans may give work to, as their contracts have them. Above: planner, work. Below: the runtime."""

from deskhand.agents.contract import AgentContract
from deskhand.agents.model import AgentFilter
from deskhand.agents.repository import AgentRepository
from deskhand.agents.runtime import COORDINATOR, DEFAULT_AGENT, AgentRuntime, RunningAgent
from deskhand.kit.clock import Clock
from deskhand.kit.errors import Conflict, NotFound
from deskhand.orchestration.plan_ports import PlanAgent
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

SECONDS = 60.0
"""For a subtask, where no model of the contract says how long it takes."""
MOST_SECONDS = 240.0
MOST_AGENTS = 30


class ContractAgents:
    """Reads the tenant's contracts."""

    def __init__(self, *, store: TenantStore, clock: Clock, runtime: AgentRuntime) -> None:
        self._store = store
        self._clock = clock
        self._runtime = runtime

    async def agent(self, scope: TenantScope, agent_id: str) -> PlanAgent:
        """Raises UnknownAgent, AgentNotActive."""
        running = await self._runtime.agent_for(scope, agent_id)
        return PlanAgent(id=running.id, name=running.name, description="", seconds=seconds_of(running))

    async def specialists(self, scope: TenantScope) -> tuple[PlanAgent, ...]:
        """Those to whom the coordinator hands over; without one, all that are active."""
        found = [await self._specialist(scope, contract) for contract in await self._contracts(scope)]
        return tuple(agent for agent in found if agent is not None) or (await self.agent(scope, DEFAULT_AGENT),)

    async def _contracts(self, scope: TenantScope) -> list[AgentContract]:
        async with self._store.read(scope) as db:
            agents, _ = await AgentRepository(db, scope, self._clock).agents(
                AgentFilter(status="active"), limit=100, offset=0
            )
        contracts = {agent.contract.id: agent.contract for agent in agents}
        coordinator = contracts.pop(COORDINATOR, None)
        targets = coordinator.routing.handoff_targets if coordinator is not None else ()
        wanted = [*targets, *([DEFAULT_AGENT] if targets else contracts)]
        return [contracts[name] for name in dict.fromkeys(wanted) if name in contracts][:MOST_AGENTS]

    async def _specialist(self, scope: TenantScope, contract: AgentContract) -> PlanAgent | None:
        try:
            agent = await self.agent(scope, contract.id)
        except (NotFound, Conflict):  # gone since the list was read
            return None
        described = contract.routing.description or contract.identity.short_description
        return PlanAgent(id=agent.id, name=agent.name, description=described, seconds=agent.seconds)


def seconds_of(agent: RunningAgent) -> float:
    """How long its models may take, one standing in for another; a minute where there is only the offline one."""
    whole = sum(model.timeout_seconds for model in agent.models if not model.is_offline)
    return min(MOST_SECONDS, whole or SECONDS)
