"""History and feedback over HTTP. Sending a message stands in `channels/chat.py`, which knows the turn."""

from typing import Annotated

from fastapi import APIRouter

from deskhand.conversations.ids import Limit, MessageId, Offset, SessionId
from deskhand.conversations.model import Feedback
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.schemas import (
    FeedbackIn,
    MessageOut,
    MessagePage,
    message_out,
    message_page,
)
from deskhand.kit.clock import Clock
from deskhand.kit.problems import responses
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

Reader = Annotated[TenantScope, allowed(Permission.CONVERSATIONS_READ)]
Talker = Annotated[TenantScope, allowed(Permission.CHAT)]


class ConversationEndpoints:
    """A contact reaches its own conversations, staff all of their tenant."""

    def __init__(self, store: TenantStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.router = APIRouter(prefix="/api/v1", tags=["conversations"])
        add = self.router.add_api_route
        add(
            "/chat/sessions/{session_id}/messages",
            self.history,
            methods=["GET"],
            responses=responses(401, 403, 404, 422),
        )
        add(
            "/messages/{message_id}/feedback",
            self.give_feedback,
            methods=["PUT"],
            responses=responses(401, 403, 404, 422),
        )
        add(
            "/messages/{message_id}/feedback",
            self.take_back,
            methods=["DELETE"],
            responses=responses(401, 403, 404),
        )

    async def history(self, session_id: SessionId, scope: Reader, limit: Limit = 50, offset: Offset = 0) -> MessagePage:
        """The messages of the session's conversation, oldest first."""
        async with self._store.read(scope) as db:
            repository = ConversationRepository(db, scope, self._clock)
            return message_page(await repository.messages(session_id, limit=limit, offset=offset))

    async def give_feedback(self, message_id: MessageId, body: FeedbackIn, scope: Talker) -> MessageOut:
        """Say how good an answer was; a second call replaces the first."""
        return await self._set_feedback(message_id, scope, Feedback(score=body.score, reason=body.reason))

    async def take_back(self, message_id: MessageId, scope: Talker) -> MessageOut:
        """Take the feedback on a message back."""
        return await self._set_feedback(message_id, scope, None)

    async def _set_feedback(self, message_id: str, scope: TenantScope, feedback: Feedback | None) -> MessageOut:
        async with self._store.write(scope) as db:
            return message_out(await ConversationRepository(db, scope, self._clock).set_feedback(message_id, feedback))
