"""Commit: the reply, its citations and the turn's end, in one transaction. A turn is committed once."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.agents.repository import AgentRepository
from deskhand.agents.runtime import RunningAgent
from deskhand.conversations.closing_repository import ClosingRepository
from deskhand.conversations.model import Execution, Message, MessageRole
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

    async def commit(
        self, accepted: Accepted, verified: Verified, *, seconds: Callable[[], float]
    ) -> dict[str, dict[str, Any]]:
        """The answer as the channels send it, stored once, for each turn by its id. `seconds` says how long it took.

        Raises:
            AlreadyAnswered: when the turn has an answer; nothing is stored a second time.
        """
        async with self._store.write(accepted.scope) as db:
            conversations = ConversationRepository(db, accepted.scope, self._clock)
            # The session before the thread, as it is when a message is accepted: whoever locks in turn waits in turn.
            await self._note_agent(db, accepted, verified.draft.agent)
            reply = await conversations.add_message(
                accepted.session,
                turn_id=accepted.turn.id,
                role=MessageRole.AGENT,
                content=verified.content,
                details=_details(verified),
                citations=verified.citations,
            )
            if verified.kind is AnswerKind.HUMAN:
                await conversations.request_human(accepted.session)
            took = seconds()
            await ClosingRepository(db, accepted.scope, self._clock).log(_execution(accepted, verified, reply, took))
            answer = _answer(accepted, verified, reply, took)
            answers = {turn.id: answer | {"turn_id": turn.id} for turn in (accepted.turn, *accepted.others)}
            turns = TurnRepository(db, accepted.scope, self._clock)
            for turn_id, of_turn in answers.items():
                if not await turns.complete(turn_id, of_turn):
                    raise AlreadyAnswered(f"The turn {turn_id!r} has its answer already.")
        return answers

    async def _note_agent(self, db: AsyncSession, accepted: Accepted, agent: RunningAgent) -> None:
        """Count the turn for the agent, and let the session say which version answered."""
        if agent.key is not None:
            await AgentRepository(db, accepted.scope, self._clock).count_interaction(agent.key)
        if (accepted.session.agent_id, accepted.session.agent_version) != (agent.id, agent.version):
            conversations = ConversationRepository(db, accepted.scope, self._clock)
            await conversations.note_agent(accepted.session, agent.id, agent.version)

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


def _execution(accepted: Accepted, verified: Verified, reply: Message, seconds: float) -> Execution:
    return Execution(
        id=new_id("exe"),
        session_id=accepted.session.id,
        turn_id=accepted.turn.id,
        agent_id=verified.draft.agent.id,
        agent_version=verified.draft.agent.version,
        category=None,
        confidence=verified.confidence,
        input=accepted.turn.text,
        output=verified.content,
        seconds=round(seconds, 4),
        at=reply.created_at,
    )


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
        agent_id=verified.draft.agent.id,
        agent_version=verified.draft.agent.version,
    ).model_dump(mode="json")
