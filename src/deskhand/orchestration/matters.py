"""Whether a message is several matters, which one agent does not answer as well as those do whose each of them is.

Above: the turn, which has a plan made for such a message. Below: the cutting of tasks, the coordinator. Most messages
are one matter: that is seen by their words alone, and nothing more is asked.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from deskhand.agents.runtime import RunningAgent
from deskhand.llm.questions import asking_part, asks_something
from deskhand.orchestration.coordinator import Coordinator
from deskhand.orchestration.plan_model import MAX_TASK_CHARS, SubtaskDraft
from deskhand.orchestration.plan_words import is_order
from deskhand.orchestration.planning import parts_of
from deskhand.tenancy.scope import TenantScope

SEVERAL_AGENTS = 2
"""So many agents whose each part surely is make a message complex."""
MANY_PARTS = 3
"""So many parts, one of them waiting for another, make it complex whoever answers them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matters:
    """What a complex message asks for, part by part, and the agents that are surely meant."""

    parts: tuple[str, ...]
    agents: tuple[str, ...]


class MatterScales:
    """Weighs messages."""

    def __init__(self, coordinator: Coordinator) -> None:
        self._coordinator = coordinator

    async def weigh(self, scope: TenantScope, coordinator_agent: RunningAgent, text: str) -> Matters | None:
        """The matters of a complex message; None for any other. No model is asked."""
        parts = await asyncio.to_thread(matters_in, text)
        if not parts:
            return None
        asked = tuple(asking_part(part.description) for part in parts)
        owners = await self._coordinator.owners(scope, coordinator_agent, asked)
        agents = tuple(dict.fromkeys(owner for owner in owners if owner is not None))
        is_complex = len(agents) >= SEVERAL_AGENTS or _in_steps(parts)
        return Matters(parts=asked, agents=agents) if is_complex else None


def matters_in(text: str) -> tuple[SubtaskDraft, ...]:
    """The parts of a message that ask for something; none where there are no two of them."""
    if len(text) > MAX_TASK_CHARS:
        return ()
    parts = tuple(part for part in parts_of(text) if _asks(part.description))
    return parts if len(parts) > 1 else ()


def _asks(part: str) -> bool:
    return asks_something(part) or is_order(asking_part(part))


def _in_steps(parts: Sequence[SubtaskDraft]) -> bool:
    return len(parts) >= MANY_PARTS and any(part.dependencies for part in parts)
