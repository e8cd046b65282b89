"""Gather: the history and what is known, at the same time; then whether a person should come in."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deskhand.agents.runtime import RunningAgent
from deskhand.conversations.context import Context, estimated_tokens, room_for_history, select_context
from deskhand.conversations.model import Message, MessageRole
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.summaries import Opening, SummaryRepository
from deskhand.escalation.assessment import Assessment, Role, Said
from deskhand.escalation.detector import EscalationDetector
from deskhand.kit.clock import Clock
from deskhand.llm.embedding import Vectors
from deskhand.llm.questions import leans_on_previous, split_questions, standalone
from deskhand.llm.small_talk import SmallTalk
from deskhand.memory.extraction import find_facts
from deskhand.memory.extraction_facts import Fact
from deskhand.tenancy.store import TenantStore
from deskhand.turns.shown import shown_memories
from deskhand.turns.sources import NOTHING_KNOWN, Known, Sources
from deskhand.turns.state import Accepted, Assigned, Gathered

MESSAGES_A_TURN = 2
NEARLY_FULL = 0.8
"""From this share of its room on, a history may outgrow it by the next turn."""
_SPEAKERS: Mapping[MessageRole, Role] = {
    MessageRole.CUSTOMER: "customer",
    MessageRole.AGENT: "agent",
    MessageRole.OPERATOR: "operator",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Recalled:
    """The end of a thread, and its beginning where the end does not reach back to it."""

    newest: tuple[Message, ...]
    opening: Opening | None


class Gatherer:
    """Collects what the answer may rest on."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        sources: Sources,
        detector: EscalationDetector,
    ) -> None:
        self._store = store
        self._clock = clock
        self._sources = sources
        self._detector = detector

    async def gather(self, accepted: Accepted, assigned: Assigned) -> Gathered:
        """Everything the answer of that agent may rest on, and whether a person should come in."""
        agent, talk, text = assigned.agent, assigned.talk, accepted.turn.text
        recalled, questions, known = await self._looked_up(accepted, assigned)
        said = _said(recalled.newest, text)
        assessment, facts = await asyncio.to_thread(self._read, agent, text, said, known.vector)
        told = (text, *(passage.text for passage in known.passages), *(each.text for each in known.attachments))
        room = room_for_history(agent.input_tokens, taken=sum(map(estimated_tokens, (agent.instructions, *told))))
        context, summary = await self._context(accepted, agent, recalled, room)
        return Gathered(
            agent=agent,
            text=text,
            history=context.messages,
            questions=questions,
            passages=known.passages,
            small_talk=SmallTalk.HUMAN if assessment.explicit_request else talk,
            summary=summary,
            memory=known.memory,
            memories=shown_memories(known.memory),
            attachments=known.attachments,
            said=said,
            facts=facts,
            assessment=assessment,
            vector=known.vector,
            question_vectors=known.vectors,
            outgrown=room if _may_outgrow(recalled, context, agent, room) else None,
            assigned=assigned,
        )

    async def _looked_up(self, accepted: Accepted, assigned: Assigned) -> tuple[Recalled, tuple[str, ...], Known]:
        """The history, the questions of the message so that each stands alone, and what is known for them."""
        agent, vector, text = assigned.agent, assigned.vector, accepted.turn.text
        if assigned.talk is not None:
            return await self._recall(accepted, agent), (text,), NOTHING_KNOWN
        if leans_on_previous(text):
            # The question before gives this one its subject, so the history comes first.
            recalled = await self._recall(accepted, agent)
            questions = tuple(standalone(text, _questions_of(recalled.newest))) or (text,)
            return recalled, questions, await self._sources.known(accepted, agent, questions, vector=vector)
        questions = tuple(split_questions(text)) or (text,)
        recalled, known = await asyncio.gather(
            self._recall(accepted, agent), self._sources.known(accepted, agent, questions, vector=vector)
        )
        return recalled, questions, known

    def _read(
        self, agent: RunningAgent, text: str, said: Sequence[Said], vector: Vectors | None
    ) -> tuple[Assessment, tuple[Fact, ...]]:
        """What the message says between the lines, and of its customer. Burns CPU: for a thread."""
        facts = tuple(find_facts(text)) if agent.memory_k else ()
        return self._detector.assess(said, agent.escalation, vector=vector), facts

    async def _recall(self, accepted: Accepted, agent: RunningAgent) -> Recalled:
        thread_id, limit = accepted.session.thread_id, agent.history_messages
        async with self._store.read(accepted.scope) as db:
            conversations = ConversationRepository(db, accepted.scope, self._clock)
            newest = await conversations.recent_messages(thread_id, limit=limit + 1)
            if len(newest) <= limit:
                return Recalled(newest=newest, opening=None)
            opening = await SummaryRepository(db, accepted.scope, self._clock).opening(thread_id)
            return Recalled(newest=newest, opening=opening)

    async def _context(
        self, accepted: Accepted, agent: RunningAgent, recalled: Recalled, room: int
    ) -> tuple[Context, str]:
        """What of the history there is room for, and the summary where something of it is left out."""
        newest, opening = recalled.newest, recalled.opening
        first = opening.first if opening is not None and opening.first.id != newest[0].id else None
        summary_room = estimated_tokens(opening.summary) if opening is not None else 0
        context = select_context(newest, first, limit=agent.history_messages, tokens=max(0, room - summary_room))
        if context.trimmed_through is None:
            return context, ""
        if opening is None:
            async with self._store.read(accepted.scope) as db:
                opening = await SummaryRepository(db, accepted.scope, self._clock).opening(accepted.session.thread_id)
        return context, opening.summary if opening is not None else ""


def _may_outgrow(recalled: Recalled, context: Context, agent: RunningAgent, room: int) -> bool:
    """Whether a turn later something of the thread may be left out that its summary does not cover."""
    newest, limit = recalled.newest, agent.history_messages
    said = sum(estimated_tokens(message.content) for message in newest)
    if len(newest) + MESSAGES_A_TURN <= limit and said <= room * NEARLY_FULL:
        return False
    if recalled.opening is None or recalled.opening.through is None:
        return True
    next_left_out = newest[min(len(newest) - limit + MESSAGES_A_TURN, len(newest) - 1)].id
    return recalled.opening.through < max(next_left_out, context.trimmed_through or "")


def _said(history: Sequence[Message], text: str) -> tuple[Said, ...]:
    """The conversation as the judge of escalations reads it, with the message that is to be answered."""
    before = (
        Said(role=_SPEAKERS[each.role], text=each.content, answered=bool(each.details.get("answered", True)))
        for each in history
        if each.role in _SPEAKERS
    )
    return (*before, Said(role="customer", text=text))


def _questions_of(history: Sequence[Message]) -> list[str]:
    return [message.content for message in history if message.role is MessageRole.CUSTOMER]
