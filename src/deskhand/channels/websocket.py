"""`/ws`: one socket, one contact, one session. Events are numbered, so that a client that reconnects misses nothing."""

import asyncio
from typing import Any, TypeAlias

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from deskhand.channels.frames import CLIENT_FRAME, Frame, Hello, Ping, SendMessage, frame_of
from deskhand.channels.standing import work_of
from deskhand.conversations.lifecycle import SessionLifecycle
from deskhand.conversations.model import Session
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.takeover import Ownership
from deskhand.escalation.model import OPEN
from deskhand.escalation.repository import TicketRepository
from deskhand.kit.clock import Clock
from deskhand.kit.errors import BadInput, DeskhandError, NotSignedIn
from deskhand.tenancy.gate import Gate, Presented
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.turns.hub import EventHub
from deskhand.turns.runner import TurnRunner
from deskhand.turns.state import Repeated, TurnRequest

log = structlog.get_logger(__name__)

HELLO_SECONDS = 10.0
REFUSED, NO_HELLO = 4401, 4408
_NOT_A_FRAME = frozenset({"union_tag_invalid", "union_tag_not_found", "model_attributes_type", "dict_type"})
WEB_CHANNEL = "web"
ClientFrame: TypeAlias = Hello | SendMessage | Ping


class BadFrame(BadInput):
    code = "bad_frame"
    title = "The frame cannot be understood"


class SocketEndpoint:
    """Accepts sockets and serves each until it closes."""

    def __init__(
        self,
        *,
        store: TenantStore,
        gate: Gate,
        clock: Clock,
        sessions: SessionLifecycle,
        runner: TurnRunner,
        hub: EventHub,
        ownership: Ownership,
    ) -> None:
        self._store = store
        self._gate = gate
        self._clock = clock
        self._sessions = sessions
        self._runner = runner
        self._hub = hub
        self._ownership = ownership
        self.router = APIRouter()
        self.router.add_api_websocket_route("/ws", self.serve)

    async def serve(self, socket: WebSocket) -> None:
        """The life of one socket."""
        await socket.accept()
        connection = _Connection(socket, self._clock)
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello = await connection.hello()
            presented = self._gate.read(hello.token)
            scope = await self._gate.scope_of(presented)
            session = await self._session(scope, hello)
        except TimeoutError:
            await socket.close(NO_HELLO, "no hello frame came")
        except WebSocketDisconnect:
            return
        except DeskhandError as error:
            await connection.refuse(error)
        else:
            await self._converse(connection, presented, scope, session, hello)

    async def _session(self, scope: TenantScope, hello: Hello) -> Session:
        scope.require(Permission.CONVERSATIONS_READ)
        if hello.session_id is not None:
            async with self._store.read(scope) as db:
                return await ConversationRepository(db, scope, self._clock).session(hello.session_id)
        if scope.contact_id is None:
            raise NotSignedIn("The socket is for contacts: use a token from POST /api/v1/chat/tokens.")
        return await self._sessions.open(scope, scope.contact_id, WEB_CHANNEL)

    async def _converse(
        self, connection: "_Connection", presented: Presented, scope: TenantScope, session: Session, hello: Hello
    ) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                sending = tasks.create_task(self._send(connection, presented, scope, session, hello))
                try:
                    await self._receive(connection, presented, session)
                finally:
                    sending.cancel()
        except* (WebSocketDisconnect, RuntimeError):
            # Starlette raises RuntimeError for a send on a socket that the other side has just closed.
            log.debug("socket_closed")

    async def _send(
        self, connection: "_Connection", presented: Presented, scope: TenantScope, session: Session, hello: Hello
    ) -> None:
        with self._hub.subscribe(session.id, stream=hello.stream, after=hello.last_seq) as subscription:
            connected = {
                "state": "connected",
                "session_id": session.id,
                "thread_id": session.thread_id,
                "stream": self._hub.stream,
                "last_seq": subscription.last_seq,
                "resumed": subscription.resumed,
                **await self._standing(scope, session),
            }
            await connection.say("status", connected, session.id)
            for event in subscription.missed:
                await connection.send(frame_of(event))
            while True:
                event = await subscription.queue.get()
                if await self._scope(connection, presented) is None:
                    return
                await connection.send(frame_of(event))

    async def _standing(self, scope: TenantScope, session: Session) -> dict[str, Any]:
        """Who answers at present and what is under way, for a client that was not there when that changed."""
        async with self._store.read(scope) as db:
            ticket = await TicketRepository(db, scope, self._clock).of_session(session.id)
            work = await work_of(db, scope, self._clock, session.id)
        owner = await self._ownership.owner_of(scope, session.id)
        open_ticket = ticket.id if ticket is not None and ticket.status in OPEN else None
        return {"operator": owner.name, "ticket": open_ticket, **work}

    async def _receive(self, connection: "_Connection", presented: Presented, session: Session) -> None:
        while True:
            try:
                frame: ClientFrame | BadFrame = await connection.frame()
            except BadFrame as bad:
                frame = bad
            scope = await self._scope(connection, presented)
            if scope is None:
                return
            try:
                await self._handle(connection, scope, session, frame)
            except DeskhandError as error:
                await connection.say("error", _error_data(error), session.id)

    async def _handle(
        self, connection: "_Connection", scope: TenantScope, session: Session, frame: ClientFrame | BadFrame
    ) -> None:
        match frame:
            case SendMessage() as message:
                scope.require(Permission.CHAT)
                await self._submit(connection, scope, session, message)
            case Ping():
                await connection.say("status", {"state": "pong"}, session.id)
            case Hello():
                raise BadFrame("The connection has said hello already: send 'message' or 'ping' frames.")
            case BadFrame():
                raise frame

    async def _scope(self, connection: "_Connection", presented: Presented) -> TenantScope | None:
        """What the token opens now. None, and the socket closed, when it is not good any more."""
        try:
            return await self._gate.scope_of(presented)
        except NotSignedIn as error:
            await connection.refuse(error)
            return None

    async def _submit(
        self, connection: "_Connection", scope: TenantScope, session: Session, message: SendMessage
    ) -> None:
        request = TurnRequest(
            scope=scope,
            session_id=session.id,
            text=message.text,
            idempotency_key=message.idempotency_key,
            attachments=tuple(message.attachments),
        )
        try:
            begun = await self._runner.submit(request)
        except DeskhandError as error:
            data = _error_data(error) | {"idempotency_key": message.idempotency_key}
            await connection.say("error", data, session.id)
            return
        if isinstance(begun, Repeated):
            data = begun.answer | {"idempotency_key": message.idempotency_key}
            await connection.say("complete", data, session.id, begun.turn.id)


class _Connection:
    """The socket with our frames on it. One sender at a time."""

    def __init__(self, socket: WebSocket, clock: Clock) -> None:
        self._socket = socket
        self._clock = clock
        self._sending = asyncio.Lock()

    async def hello(self) -> Hello:
        frame = await self.frame()
        if not isinstance(frame, Hello):
            raise BadFrame(f"The first frame is of type {frame.type!r}: send a 'hello' frame with a token first.")
        return frame

    async def frame(self) -> ClientFrame:
        received = await self._socket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1000))
        text = received.get("text")
        if text is None:
            raise BadFrame("The frame is binary: send JSON as text.")
        try:
            return CLIENT_FRAME.validate_json(text)
        except ValidationError as error:
            raise BadFrame(_what_is_wrong(error, text)) from error

    async def send(self, frame: Frame) -> None:
        async with self._sending:
            await self._socket.send_text(frame.model_dump_json())

    async def say(self, kind: Any, data: dict[str, Any], session_id: str | None, turn_id: str | None = None) -> None:
        """A frame that answers the connection: it has no number."""
        frame = Frame(type=kind, seq=None, session_id=session_id, turn_id=turn_id, at=self._clock.now(), data=data)
        await self.send(frame)

    async def refuse(self, error: DeskhandError) -> None:
        await self.say("error", _error_data(error), None)
        await self._socket.close(REFUSED, error.code)


def _error_data(error: DeskhandError) -> dict[str, Any]:
    data = {
        "code": error.code,
        "title": error.title,
        "detail": error.detail,
        "retryable": error.status in (429, 503),
    }
    retry_after = getattr(error, "retry_after", None)
    return data if retry_after is None else data | {"retry_after": retry_after}


def _what_is_wrong(error: ValidationError, text: str) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return f"The frame is not JSON (it starts {text[:40]!r}): send an object with a 'type'."
    if first["type"] in _NOT_A_FRAME:
        return f"The frame has no known type (it starts {text[:60]!r}): use 'hello', 'message' or 'ping'."
    where = ".".join(str(part) for part in first["loc"][1:]) or "frame"
    return f"The frame's {where!r} is not valid: {first['msg']}."
