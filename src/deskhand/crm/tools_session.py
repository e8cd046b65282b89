"""The tools about the turn's own session: who answers next, and that it ends.

Above: the registry. Below: the session's actions, the contact's events.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from deskhand.crm.model import EventCategory, NewEvent
from deskhand.crm.tools_base import CrmWrite, Keyed, PlainText
from deskhand.tools.contract import ToolResult

ASSIGN_AGENT_TO_SESSION = "assign_agent_to_session"
CLOSE_SESSION = "close_session"


class AssignWish(Keyed):
    """Who."""

    agent_id: Annotated[
        str, Field(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", description="The agent's id, such as sales.")
    ]
    reason: Annotated[PlainText, Field(max_length=500, description="Why, for staff.")]


class CloseWish(Keyed):
    """How it ended."""

    sentiment: Annotated[
        Literal["positive", "neutral", "negative"], Field(description="How the customer felt at the end.")
    ]
    resolution: Annotated[PlainText, Field(max_length=1_000, description="What came of it, in a sentence or two.")]


class AssignAgentToSession(CrmWrite[AssignWish]):
    """From the next message on another agent answers."""

    name: ClassVar[str] = ASSIGN_AGENT_TO_SESSION
    description: ClassVar[str] = (
        "Let another of the company's AI agents answer the customer from their next message on. You still answer this "
        "one. For a person use escalation instead."
    )
    parameters = AssignWish

    async def act(self, parameters: AssignWish) -> ToolResult:
        turn, writing = self._turn, self.writing(parameters)
        await self._parts.sessions.assign(turn.scope, turn.session_id, parameters.agent_id, key=self.key(parameters))
        new = NewEvent(
            title=f"Session assigned to {parameters.agent_id}",
            category=EventCategory.SYSTEM,
            data={"session_id": turn.session_id, "agent_id": parameters.agent_id, "reason": parameters.reason},
        )
        await self._parts.records.add_event(turn.scope, turn.contact_id, new, writing)
        return ToolResult(success=True, data={"agent_id": parameters.agent_id, "from": "the next message"})


class CloseSession(CrmWrite[CloseWish]):
    """Ends the session after the answer."""

    name: ClassVar[str] = CLOSE_SESSION
    description: ClassVar[str] = (
        "End this conversation after your answer. Only when the customer has what they wanted and says goodbye."
    )
    parameters = CloseWish

    async def act(self, parameters: CloseWish) -> ToolResult:
        turn, resolution = self._turn, parameters.resolution
        new = NewEvent(
            title="Session closed by the agent",
            category=EventCategory.INTERACTION,
            data={
                "session_id": turn.session_id,
                "sentiment": parameters.sentiment,
                "resolution": resolution,
            },
        )
        await self._parts.records.add_event(turn.scope, turn.contact_id, new, self.writing(parameters))
        await self._parts.sessions.close(turn.scope, turn.session_id, resolution, key=self.key(parameters))
        return ToolResult(success=True, data={"closes": "after your answer"})
