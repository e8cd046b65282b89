"""What plans need of others, as ports. Above: the planner, its runner, the making of plans. Below: the model.

The queue of jobs stands one floor further down, and is used as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from deskhand.orchestration.asking import AskPlace
from deskhand.orchestration.plan_model import MadePlan, Plan, Strategy, Synthesis
from deskhand.tenancy.scope import TenantScope


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanAgent:
    """An agent that can be given subtasks. `seconds` is how long it may take for one."""

    id: str
    name: str
    description: str
    seconds: float


class PlanAgents(Protocol):
    """The agents of a tenant."""

    async def agent(self, scope: TenantScope, agent_id: str) -> PlanAgent:
        """The agent of that handle.

        Raises:
            UnknownAgent, AgentNotActive: when there is none, or it does not answer.
        """
        ...

    async def specialists(self, scope: TenantScope) -> tuple[PlanAgent, ...]:
        """Those among whom a planner may choose; at least one."""
        ...


class PlanRoutes(Protocol):
    """Who does what."""

    async def routes(self, scope: TenantScope, tasks: Sequence[str]) -> tuple[str, ...]:
        """For each task the handle of the agent that does it best."""
        ...


class PlanEvents(Protocol):
    """Tells those who watch a session how far its plans are."""

    def tell(self, session_id: str, status: dict[str, Any]) -> None:
        """`status` is `{"state": "plan", "plan": …}`, as the channels send it."""
        ...


class PlanMaking(Protocol):
    async def make(
        self, scope: TenantScope, task: str, strategy: Strategy | None, place: AskPlace | None = None
    ) -> MadePlan:
        """The task in parts that can be carried out. `place` is from where it came."""
        ...


class PlanSynthesising(Protocol):
    async def synthesise(self, scope: TenantScope, plan: Plan) -> Synthesis:
        """What the subtasks that succeeded found, as one text."""
        ...
