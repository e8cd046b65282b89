"""Each part of a task to the agent that the coordinator would have answer it; to the default agent where there is no
coordinator.

Above: the offline planner. Below: the coordinator, through a port, and the agents.
"""

from collections.abc import Sequence
from typing import Protocol

from deskhand.agents.runtime import COORDINATOR, DEFAULT_AGENT, AgentRuntime, RunningAgent
from deskhand.kit.errors import Conflict, NotFound
from deskhand.llm.embedding import Embedder, Vectors
from deskhand.tenancy.scope import TenantScope

PREPARE_SECONDS = 10.0


class RoutedTo(Protocol):
    """Whose a text is."""

    @property
    def agent_id(self) -> str: ...


class FindsAgents(Protocol):
    """The coordinator, as far as plans need it."""

    async def route(
        self,
        scope: TenantScope,
        coordinator_agent: RunningAgent,
        text: str,
        vector: Vectors,
        *,
        history: Sequence[str] = (),
        current: str | None = None,
    ) -> RoutedTo:
        """Whose the text is; `history` is what came before it."""
        ...

    async def prepare(self, scope: TenantScope, coordinator_agent: RunningAgent, *, seconds: float = 60.0) -> bool:
        """Wait so long for it to have learned the agents' examples; whether it has."""
        ...


class CoordinatorRoutes:
    """Asks the coordinator."""

    def __init__(self, *, coordinator: FindsAgents, runtime: AgentRuntime, embedder: Embedder) -> None:
        self._coordinator = coordinator
        self._runtime = runtime
        self._embedder = embedder

    async def routes(self, scope: TenantScope, tasks: Sequence[str]) -> tuple[str, ...]:
        """As the port promises; an agent that does not answer is none to be given work."""
        coordinator = await self._agent(scope, COORDINATOR)
        if coordinator is None or not coordinator.handoff_targets:
            return (DEFAULT_AGENT,) * len(tasks)
        # Nobody waits for a plan as for an answer: it need not be made before the router knows the agents.
        await self._coordinator.prepare(scope, coordinator, seconds=PREPARE_SECONDS)
        vectors = await self._embedder.embed_queries(tasks)
        found = []
        for at, (task, vector) in enumerate(zip(tasks, vectors, strict=True)):
            route = await self._coordinator.route(scope, coordinator, task, vector, history=tasks[:at])
            agent = await self._agent(scope, route.agent_id)
            found.append(DEFAULT_AGENT if agent is None else agent.id)
        return tuple(found)

    async def _agent(self, scope: TenantScope, agent_id: str) -> RunningAgent | None:
        try:
            return await self._runtime.agent_for(scope, agent_id)
        except (NotFound, Conflict):
            return None
