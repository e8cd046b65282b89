"""`escalate_to_human`: lets a model hand the conversation over. It asks; the turn opens the ticket when it commits.

Above: the turn, which takes what was asked. Below: the tool's contract. A model names no session and no ticket.
"""

from dataclasses import replace
from typing import Annotated, ClassVar

from cachetools import LRUCache
from pydantic import BaseModel, Field

from deskhand.escalation.assessment import Assessment
from deskhand.tools.contract import BaseTool, ToolResult, ToolTurn

ESCALATE_TO_HUMAN = "escalate_to_human"
KEPT_TURNS = 10_000
REASON_CHARS = 300
ASKED_BY_AGENT = "the agent asked for a person"


class EscalationRequests:
    """What agents asked for in the turns under way in this process."""

    def __init__(self) -> None:
        self._asked: LRUCache[tuple[str, str], str] = LRUCache(maxsize=KEPT_TURNS)

    def ask(self, tenant_id: str, turn_id: str, reason: str) -> None:
        self._asked[tenant_id, turn_id] = reason

    def take(self, tenant_id: str, turn_id: str) -> str | None:
        """Why the turn's agent asked for a person, once; None when it did not."""
        return self._asked.pop((tenant_id, turn_id), None)


class EscalationReason(BaseModel):
    """Why a person should come in."""

    reason: Annotated[
        str, Field(min_length=1, max_length=REASON_CHARS, description="One sentence for the colleague who takes over.")
    ]


class EscalateToHuman(BaseTool[EscalationReason]):
    """Asks that a member of staff takes the conversation over."""

    name: ClassVar[str] = ESCALATE_TO_HUMAN
    description: ClassVar[str] = (
        "Hand this conversation to a member of staff, when the customer asks for a person or you cannot solve it. "
        "Tell the customer that somebody will take over."
    )
    parameters = EscalationReason

    def __init__(self, requests: EscalationRequests, turn: ToolTurn) -> None:
        self._requests = requests
        self._turn = turn

    async def execute(self, parameters: EscalationReason) -> ToolResult:
        reason = " ".join(parameters.reason.split())
        self._requests.ask(self._turn.scope.tenant_id, self._turn.turn_id, reason)
        return ToolResult(success=True, data={"escalated": True, "next": "A member of staff will take over."})


def make_escalate_to_human(requests: EscalationRequests, turn: ToolTurn) -> EscalateToHuman:
    """The factory for the registry."""
    return EscalateToHuman(requests, turn)


def with_request(assessment: Assessment) -> Assessment:
    """The assessment of a turn whose agent asked for a person. Its own words belong into `Handover.agent_reason`: the
    assessment's reasons are told to channels outside the house.
    """
    return replace(assessment, escalate=True, reasons=(*assessment.reasons, ASKED_BY_AGENT))
