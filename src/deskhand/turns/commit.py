"""Commit: the reply, its citations and the turn's end, in one transaction. A turn is committed once."""

from collections.abc import Callable
from typing import Any

from deskhand.conversations.model import Message, MessageRole
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.schemas import citation_out, message_out
from deskhand.conversations.turn_repository import TurnRepository
from deskhand.kit.clock import Clock
from deskhand.kit.errors import Conflict
from deskhand.kit.ids import new_id
from deskhand.tenancy.store import TenantStore
from deskhand.turns.answer import AnswerKind, AnswerOut
from deskhand.turns.events import Failed
from deskhand.turns.state import Accepted, Verified


class AlreadyAnswered(Conflict):
    code = "already_answered"


class Committer:
    """Writes how a turn ended."""

    def __init__(self, store: TenantStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def commit(self, accepted: Accepted, verified: Verified, *, seconds: Callable[[], float]) -> dict[str, Any]:
        """The answer as the channels send it, stored. `seconds` says how long the turn took.

        Raises:
            AlreadyAnswered: when the turn has an answer; nothing is stored a second time.
        """
        async with self._store.write(accepted.scope) as db:
            conversations = ConversationRepository(db, accepted.scope, self._clock)
            reply = await conversations.add_message(
                accepted.session,
                message_id=new_id("msg"),
                turn_id=accepted.turn.id,
                role=MessageRole.AGENT,
                content=verified.content,
                details=_details(verified),
                citations=verified.citations,
            )
            if verified.kind is AnswerKind.HUMAN:
                await conversations.request_human(accepted.session)
            answer = _answer(accepted, verified, reply, seconds())
            if not await TurnRepository(db, accepted.scope, self._clock).complete(accepted.turn.id, answer):
                raise AlreadyAnswered(f"The turn {accepted.turn.id!r} has its answer already.")
        return answer

    async def fail(self, accepted: Accepted, failed: Failed) -> None:
        """Store how the turn ended; the customer's message stays."""
        record = {"code": failed.code, "title": failed.title, "detail": failed.detail}
        async with self._store.write(accepted.scope) as db:
            await TurnRepository(db, accepted.scope, self._clock).fail(accepted.turn.id, record)


def _details(verified: Verified) -> dict[str, object]:
    return {
        "answered": verified.kind is not AnswerKind.NO_ANSWER,
        "kind": verified.kind.value,
        "model": verified.draft.model,
        "degraded": verified.draft.degraded,
        "offer_human": verified.kind is AnswerKind.NO_ANSWER,
    }


def _answer(accepted: Accepted, verified: Verified, reply: Message, seconds: float) -> dict[str, Any]:
    return AnswerOut(
        session_id=accepted.session.id,
        thread_id=accepted.session.thread_id,
        turn_id=accepted.turn.id,
        message=message_out(reply),
        answer=verified.content,
        answered=verified.kind is not AnswerKind.NO_ANSWER,
        citations=[citation_out(citation) for citation in verified.citations],
        requires_escalation=verified.kind is AnswerKind.HUMAN,
        ticket=None,
        confidence=verified.confidence,
        tools_used=sorted(verified.draft.tools),
        tool_metadata=verified.draft.tools,
        processing_time=round(seconds, 4),
        model=verified.draft.model,
    ).model_dump(mode="json")
