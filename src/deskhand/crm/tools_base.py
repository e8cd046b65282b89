"""What the CRM's tools have in common: whom they are about, in whose name they write, and what a failure says.

Above: the tools. Below: the services. The contact and the session are always the turn's own; a model names neither.
A write counts once: its key comes from the turn, the tool and the arguments, unless one is given.
"""

import hashlib
from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, Field

from deskhand.crm.deliveries import Deliveries
from deskhand.crm.enrolling import Enrolments
from deskhand.crm.media import MediaCheck
from deskhand.crm.model import Actor, ActorKind, Writing
from deskhand.crm.port import CustomerRecords
from deskhand.crm.session_actions import SessionActions
from deskhand.crm.template_shelf import TemplateShelf
from deskhand.kit.clock import Clock
from deskhand.kit.errors import DeskhandError
from deskhand.tools.contract import BaseTool, ToolResult, ToolTurn

SERVER_ERRORS = 500
MAX_TEXT = 4_000
MOST_MESSAGES = 5
"""In one turn, beside its answer."""


def _plain(text: str) -> str:
    if any(not sign.isprintable() and sign not in "\n\t" for sign in text):
        raise ValueError("it must not hold control characters: write plain text")
    if not text.strip():
        raise ValueError("it is empty: write something")
    return text.strip()


PlainText = Annotated[str, AfterValidator(_plain)]


class Keyed(BaseModel):
    """Parameters of a write."""

    idempotency_key: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=80,
            pattern=r"^[\x21-\x7e]+$",
            description="Leave it out. The same call twice in one turn counts once anyway.",
        ),
    ] = None


P = TypeVar("P", bound=BaseModel)
K = TypeVar("K", bound=Keyed)


@dataclass(frozen=True, kw_only=True, slots=True)
class CrmToolParts:
    """What the tools work with. One for the process."""

    clock: Clock
    records: CustomerRecords
    deliveries: Deliveries
    templates: TemplateShelf
    enrolments: Enrolments
    sessions: SessionActions
    media: MediaCheck


class CrmTool(BaseTool[P], Generic[P]):
    """A tool about the turn's contact. What the house refuses is a result that says what to do instead."""

    def __init__(self, parts: CrmToolParts, turn: ToolTurn) -> None:
        self._parts = parts
        self._turn = turn

    async def execute(self, parameters: P) -> ToolResult:
        try:
            return await self.act(parameters)
        except DeskhandError as error:
            if error.status >= SERVER_ERRORS:
                raise  # the guard knows what may pass
            return ToolResult(success=False, error=error.detail)

    @abstractmethod
    async def act(self, parameters: P) -> ToolResult:
        """Do it. Refusals may be raised."""


class CrmWrite(CrmTool[K], Generic[K]):
    """A tool that changes something."""

    def writing(self, parameters: K) -> Writing:
        """Who writes, under which key."""
        turn = self._turn
        by = Actor(kind=ActorKind.AGENT, id=turn.agent_id, turn_id=turn.turn_id)
        return Writing(by=by, idempotency_key=self.key(parameters))

    def key(self, parameters: K) -> str:
        """The write's key. One that was given holds in the session, one that was not in the turn."""
        given = parameters.idempotency_key
        if given is not None:
            return f"{self.name}:{self._turn.session_id}:{given}"
        digest = hashlib.sha256(parameters.model_dump_json().encode()).hexdigest()[:32]
        return f"{self.name}:{self._turn.turn_id}:{digest}"
