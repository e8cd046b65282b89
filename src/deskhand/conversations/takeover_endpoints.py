"""Taking sessions over, over HTTP, for staff. Above: the application. Below: `takeover.py`."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from deskhand.conversations.ids import SessionId
from deskhand.conversations.schemas import MessageOut, message_out
from deskhand.conversations.session_schemas import MAX_RESOLUTION_CHARS
from deskhand.conversations.takeover import Owner, Ownership
from deskhand.conversations.texts import OneLine, plain_text
from deskhand.kit.problems import responses
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

MAX_MESSAGE_CHARS = 8_000

Reader = Annotated[TenantScope, allowed(Permission.TICKETS_READ)]
Operator = Annotated[TenantScope, allowed(Permission.TICKETS_WRITE)]


def _something(text: str) -> str:
    written = plain_text(text)
    if not written:
        raise ValueError("it is empty: write something first")
    return written


class TakeOverIn(BaseModel):
    """With `force` also from a colleague who has it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}, {"force": True}]})

    force: bool = False


class HandBackIn(BaseModel):
    """With a resolution the session's ticket is resolved; without one it stays assigned."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"resolution": "Sent a new helmet."}]})

    resolution: Annotated[OneLine | None, Field(max_length=MAX_RESOLUTION_CHARS)] = None


class OperatorMessageIn(BaseModel):
    """What the customer is to read."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "Hello, this is Ada. I have your order before me."}]}
    )

    text: Annotated[str, Field(max_length=MAX_MESSAGE_CHARS), AfterValidator(_something)]


class OwnerOut(BaseModel):
    """Who of the staff has the session; null: an agent answers."""

    model_config = ConfigDict(from_attributes=True)

    session_id: str
    user_id: str | None
    email: str | None
    name: Annotated[str | None, Field(description="What the customer sees.")]


class TakeoverEndpoints:
    """Takes sessions over, hands them back, writes in them."""

    def __init__(self, ownership: Ownership) -> None:
        self._ownership = ownership
        self.router = APIRouter(prefix="/api/v1/sessions/{session_id}", tags=["takeover"])
        add = self.router.add_api_route
        changes = responses(401, 403, 404, 409, 422)
        add("/owner", self.get_owner, methods=["GET"], responses=responses(401, 403, 404, 422))
        add("/take-over", self.take_over, methods=["POST"], responses=changes)
        add("/hand-back", self.hand_back, methods=["POST"], responses=changes)
        add("/operator-messages", self.say, methods=["POST"], status_code=201, responses=changes)

    async def get_owner(self, session_id: SessionId, scope: Reader) -> OwnerOut:
        """Who has the session."""
        return _shown(await self._ownership.owner_of(scope, session_id))

    async def take_over(self, session_id: SessionId, scope: Operator, body: TakeOverIn | None = None) -> OwnerOut:
        """Answer the customer in person: from now on no agent does. The session's open ticket becomes one's own."""
        force = body.force if body else False
        return _shown(await self._ownership.take_over(scope, session_id, force=force))

    async def hand_back(self, session_id: SessionId, scope: Operator, body: HandBackIn | None = None) -> OwnerOut:
        """Let the agent answer again. Handing back what nobody has changes nothing."""
        resolution = body.resolution if body else None
        return _shown(await self._ownership.hand_back(scope, session_id, resolution=resolution))

    async def say(self, session_id: SessionId, body: OperatorMessageIn, scope: Operator) -> MessageOut:
        """Write to the customer of a session that one has taken over."""
        return message_out(await self._ownership.say(scope, session_id, body.text))


def _shown(owner: Owner) -> OwnerOut:
    return OwnerOut.model_validate(owner)
