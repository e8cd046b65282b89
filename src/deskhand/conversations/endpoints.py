"""Sessions, history and feedback over HTTP. Sending a message stands in `channels/chat.py`, which knows the turn."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from deskhand.conversations.model import Feedback, SessionStatus
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.schemas import (
    FeedbackIn,
    MessageOut,
    MessagePage,
    SessionOut,
    SessionPage,
    message_out,
    message_page,
    session_out,
    session_page,
)
from deskhand.kit.clock import Clock
from deskhand.kit.problems import responses
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.http import CurrentScope
from deskhand.tenancy.store import TenantStore

SessionId = Annotated[str, Path(max_length=60, examples=["ses_019a0c1f5e7b7c3d9a4e2f60718293a4"])]
MessageId = Annotated[str, Path(max_length=60, examples=["msg_019a0c1f70aa7d1e9a4e2f60718293a4"])]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]
WEB_CHANNEL = "web"
TRY_OUT_CHANNEL = "try-out"


class ConversationEndpoints:
    """A contact reaches its own conversations, staff all of their tenant."""

    def __init__(self, store: TenantStore, directory: Directory, clock: Clock) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self.router = APIRouter(prefix="/api/v1", tags=["conversations"])
        add = self.router.add_api_route
        add("/sessions", self.open_session, methods=["POST"], status_code=201, responses=responses(400, 401))
        add("/sessions", self.list_sessions, methods=["GET"], responses=responses(401, 422))
        add("/sessions/{session_id}", self.get_session, methods=["GET"], responses=responses(401, 404))
        add(
            "/sessions/{session_id}/close",
            self.close_session,
            methods=["POST"],
            responses=responses(401, 404),
        )
        add(
            "/chat/sessions/{session_id}/messages",
            self.history,
            methods=["GET"],
            responses=responses(401, 404, 422),
        )
        add(
            "/messages/{message_id}/feedback",
            self.give_feedback,
            methods=["PUT"],
            responses=responses(401, 404, 422),
        )
        add(
            "/messages/{message_id}/feedback",
            self.take_back,
            methods=["DELETE"],
            responses=responses(401, 404),
        )

    async def open_session(self, scope: CurrentScope) -> SessionOut:
        """The contact's active session on the chat page, or a new one. Staff get a new one to try the agent out."""
        contact_id, channel = scope.contact_id, WEB_CHANNEL
        if contact_id is None:
            contact_id, channel = (await self._directory.new_contact(scope.tenant_id))[0], TRY_OUT_CHANNEL
        async with self._store.write(scope) as db:
            return session_out(await ConversationRepository(db, scope, self._clock).open_session(contact_id, channel))

    async def list_sessions(
        self,
        scope: CurrentScope,
        status: Annotated[SessionStatus | None, Query()] = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> SessionPage:
        """Sessions, newest first: a contact's own, or for staff all of the tenant."""
        async with self._store.read(scope) as db:
            repository = ConversationRepository(db, scope, self._clock)
            return session_page(await repository.sessions(status=status, limit=limit, offset=offset))

    async def get_session(self, session_id: SessionId, scope: CurrentScope) -> SessionOut:
        """One session."""
        async with self._store.read(scope) as db:
            return session_out(await ConversationRepository(db, scope, self._clock).session(session_id))

    async def close_session(self, session_id: SessionId, scope: CurrentScope) -> SessionOut:
        """End a session; its messages stay. Closing a closed one changes nothing."""
        async with self._store.write(scope) as db:
            return session_out(await ConversationRepository(db, scope, self._clock).close_session(session_id))

    async def history(
        self, session_id: SessionId, scope: CurrentScope, limit: Limit = 50, offset: Offset = 0
    ) -> MessagePage:
        """The messages of the session's conversation, oldest first."""
        async with self._store.read(scope) as db:
            repository = ConversationRepository(db, scope, self._clock)
            return message_page(await repository.messages(session_id, limit=limit, offset=offset))

    async def give_feedback(self, message_id: MessageId, body: FeedbackIn, scope: CurrentScope) -> MessageOut:
        """Say how good an answer was; a second call replaces the first."""
        return await self._set_feedback(message_id, scope, Feedback(score=body.score, reason=body.reason))

    async def take_back(self, message_id: MessageId, scope: CurrentScope) -> MessageOut:
        """Take the feedback on a message back."""
        return await self._set_feedback(message_id, scope, None)

    async def _set_feedback(self, message_id: str, scope: CurrentScope, feedback: Feedback | None) -> MessageOut:
        async with self._store.write(scope) as db:
            return message_out(await ConversationRepository(db, scope, self._clock).set_feedback(message_id, feedback))
