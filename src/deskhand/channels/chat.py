"""Sending a message over HTTP: the whole answer as JSON, or its events as they come (SSE)."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from deskhand.attachments.shelf import AttachmentShelf
from deskhand.channels.frames import frame_of
from deskhand.channels.incoming import MESSAGE_BODY, Incoming, incoming_message
from deskhand.conversations.ids import SessionId
from deskhand.kit.errors import NotAllowed
from deskhand.kit.problems import responses
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.roles import STAFF
from deskhand.tenancy.scope import TenantScope
from deskhand.turns.answer import AnswerOut
from deskhand.turns.events import NumberedEvent
from deskhand.turns.hub import EventHub, Subscription
from deskhand.turns.runner import RunningTurn, TurnRunner
from deskhand.turns.state import Repeated, TurnRequest

Talker = Annotated[TenantScope, allowed(Permission.CHAT)]
EVENT_STREAM = "text/event-stream"
_SSE: dict[str, Any] = {
    EVENT_STREAM: {
        "schema": {"type": "string"},
        "example": 'id: 5\nevent: text\ndata: {"type": "text", "seq": 5, "data": {"delta": "You can "}}\n\n',
    }
}
_FAILURES = responses(400, 401, 403, 404, 409, 413, 422, 429, 503)


class ChatEndpoints:
    """`POST /api/v1/chat/sessions/{id}/messages`."""

    def __init__(self, runner: TurnRunner, hub: EventHub, shelf: AttachmentShelf) -> None:
        self._shelf = shelf
        self._runner = runner
        self._hub = hub
        self.router = APIRouter(prefix="/api/v1", tags=["chat"])
        ok: dict[int | str, dict[str, Any]] = {
            200: {
                "model": AnswerOut,
                "content": _SSE,
                "description": "The answer, or its events as they come.",
            }
        }
        self.router.add_api_route(
            "/chat/sessions/{session_id}/messages",
            self.send,
            methods=["POST"],
            response_model=AnswerOut,
            responses=_FAILURES | ok,
            openapi_extra=MESSAGE_BODY,
        )

    async def send(
        self,
        session_id: SessionId,
        body: Annotated[Incoming, Depends(incoming_message)],
        scope: Talker,
        request: Request,
        idempotency_key: Annotated[str | None, Header(description="The same as the body's field.")] = None,
    ) -> Response:
        """Send a message and get its answer. With `Accept: text/event-stream` the events come as they happen.

        The turn goes on when the client goes away; the answer is then in the history. Files may come along as
        multipart/form-data; what was sent before is named by its id.
        """
        files = [await self._shelf.receive(scope, session_id, name, content) for name, content in body.files]
        turn = TurnRequest(
            scope=scope,
            session_id=session_id,
            text=body.message,
            idempotency_key=body.idempotency_key or idempotency_key,
            knowledge_bases=_bases(body, scope),
            attachments=(*body.attachments, *(file.id for file in files)),
        )
        if EVENT_STREAM in request.headers.get("accept", ""):
            return await self._stream(turn)
        begun = await self._runner.submit(turn)
        return JSONResponse(begun.answer if isinstance(begun, Repeated) else await begun.answer())

    async def _stream(self, request: TurnRequest) -> Response:
        begun = await self._runner.submit(request)
        lines = _one(_complete(begun)) if isinstance(begun, Repeated) else self._lines(request.session_id, begun)
        return StreamingResponse(lines, media_type=EVENT_STREAM, headers={"Cache-Control": "no-cache"})

    async def _lines(self, session_id: str, begun: RunningTurn) -> AsyncIterator[str]:
        with self._hub.subscribe(session_id) as subscription:
            told = self._hub.events_of_turn(session_id, begun.turn.id)
            async for event in _of_turn(subscription, told, begun.turn.id):
                yield _sse(event)


async def _of_turn(
    subscription: Subscription, told: tuple[NumberedEvent, ...], turn_id: str
) -> AsyncIterator[NumberedEvent]:
    """The turn's events from its start to its last one, whatever else the session does meanwhile."""
    seen = 0
    for event in told:
        seen = event.seq
        yield event
        if event.is_last:
            return
    while True:
        event = await subscription.queue.get()
        if event.turn_id == turn_id and event.seq > seen:
            yield event
            if event.is_last:
                return


def _sse(event: NumberedEvent) -> str:
    frame = frame_of(event)
    return f"id: {event.seq}\nevent: {frame.type}\ndata: {frame.model_dump_json()}\n\n"


def _complete(repeated: Repeated) -> str:
    answer = AnswerOut.model_validate(repeated.answer).model_dump_json()
    return f'event: complete\ndata: {{"type":"complete","seq":null,"data":{answer}}}\n\n'


async def _one(text: str) -> AsyncIterator[str]:
    yield text


def _bases(body: Incoming, scope: TenantScope) -> tuple[str, ...]:
    if body.knowledge_bases and scope.role not in STAFF:
        raise NotAllowed("Only staff may choose the knowledge bases: leave 'knowledge_bases' out.")
    return tuple(body.knowledge_bases)
