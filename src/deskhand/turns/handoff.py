"""`hand_off`: lets an agent give a message on to another one, which answers it in the same turn.

Above: the turn's toolbox, which offers it; the relay, which has the other agent write. Below: the tool's contract. To
whom a message may go is found by the turn; a model only names one of those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Protocol

from pydantic import BaseModel, Field

from deskhand.tools.contract import BaseTool, ToolResult
from deskhand.turns.state import Draft, HandoffTarget, HandoffWish

HAND_OFF = "hand_off"
REASON_CHARS = 300


class HandoffDesk(Protocol):
    """Where a turn notes that its message is to be given on."""

    @property
    def targets(self) -> Sequence[HandoffTarget]:
        """To whom it may go now."""
        ...

    def give_on(self, wish: HandoffWish) -> None: ...


@dataclass(slots=True)
class DraftDesk:
    """Notes it in the draft."""

    draft: Draft

    @property
    def targets(self) -> Sequence[HandoffTarget]:
        return self.draft.may_hand_to

    def give_on(self, wish: HandoffWish) -> None:
        self.draft.handoff = wish


class HandOffTo(BaseModel):
    """To whom, and why."""

    agent_id: Annotated[str, Field(min_length=1, max_length=64, description="The colleague's id.")]
    reason: Annotated[
        str, Field(min_length=1, max_length=REASON_CHARS, description="One sentence: why it is theirs and not yours.")
    ]


class HandOff(BaseTool[HandOffTo]):
    """Gives the message on to another agent, which answers it in the same turn."""

    name: ClassVar[str] = HAND_OFF
    description: ClassVar[str] = (
        "Give this message on to a colleague who answers it in your place, when it is their matter and not yours. "
        "What you have written so far is dropped; write nothing more."
    )
    parameters = HandOffTo

    def __init__(self, desk: HandoffDesk) -> None:
        self._desk = desk
        # A model has to know to whom it may give the message; that differs from turn to turn.
        known = "; ".join(f"{each.agent_id}: {each.purpose.rstrip('.')}" for each in desk.targets)
        self.description = f"{type(self).description} Colleagues: {known}."  # type: ignore[misc]  # of this turn

    async def execute(self, parameters: HandOffTo) -> ToolResult:
        """Note the wish; the turn goes on with the colleague once this call has ended."""
        known = [each.agent_id for each in self._desk.targets]
        if parameters.agent_id not in known:
            there = ", ".join(map(repr, known)) or "nobody any more: answer it yourself"
            return ToolResult(
                success=False, error=f"You cannot hand over to {parameters.agent_id!r}; there is {there}."
            )
        reason = " ".join(parameters.reason.split())
        self._desk.give_on(HandoffWish(agent_id=parameters.agent_id, reason=reason))
        return ToolResult(success=True, data={"handed_over_to": parameters.agent_id})


def make_hand_off(desk: HandoffDesk) -> HandOff:
    """The factory for the registry."""
    return HandOff(desk)
