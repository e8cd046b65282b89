"""A model that plans and sums up as its script says, behind the port that agents' models are consulted through."""

from dataclasses import dataclass
from typing import Any

from deskhand.orchestration.asking import NOWHERE, AskPlace, Consulted
from deskhand.tenancy.scope import TenantScope
from deskhand.usage.model import Usage


@dataclass(frozen=True)
class Task:
    """What it was asked."""

    agent: str
    task: str
    data: str
    place: AskPlace


class ScriptedConsult:
    """Gives one reply after the other: a text, an error to raise, or None where there is no model."""

    def __init__(self, *replies: Any) -> None:
        self._replies = list(replies)
        self.asked: list[Task] = []

    async def consult(
        self,
        scope: TenantScope,  # noqa: ARG002 - as the port has it
        agent_id: str,
        task: str,
        data: str,
        *,
        place: AskPlace = NOWHERE,
    ) -> Consulted | None:
        self.asked.append(Task(agent_id, task, data, place))
        reply = self._replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        if reply is None:
            return None
        return Consulted(
            agent_id=agent_id, agent_version="1.0.0", text=reply, model="scripted", usage=Usage(), seconds=0.1
        )
