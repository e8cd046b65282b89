"""Gather: history and passages at the same time; the message is embedded once and its vectors are shared."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from deskhand.agents.runtime import AgentRuntime, RunningAgent
from deskhand.conversations.context import Context, estimated_tokens, room_for_history, select_context
from deskhand.conversations.model import Message, MessageRole
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.summaries import Opening, SummaryRepository, ThreadSummaries
from deskhand.kit.clock import Clock
from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.knowledge.model import FoundPassage
from deskhand.llm import small_talk
from deskhand.llm.embedding import Embedder
from deskhand.llm.passages import Passage
from deskhand.llm.questions import leans_on_previous, split_questions, standalone
from deskhand.llm.small_talk import SmallTalk
from deskhand.tenancy.store import TenantStore
from deskhand.turns.state import Accepted, Gathered

MORE_PASSAGES_A_QUESTION = 2
MESSAGES_A_TURN = 2
NEARLY_FULL = 0.8
"""From this share of its room on, a history may outgrow it by the next turn."""


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
        library: KnowledgeLibrary,
        embedder: Embedder,
        runtime: AgentRuntime,
        summaries: ThreadSummaries,
    ) -> None:
        self._store = store
        self._clock = clock
        self._library = library
        self._embedder = embedder
        self._runtime = runtime
        self._summaries = summaries

    async def gather(self, accepted: Accepted) -> Gathered:
        """History, the questions of the message so that each stands alone, and the passages found for them."""
        agent = await self._runtime.agent_for(accepted.scope, accepted.session.agent_id)
        text = accepted.turn.text
        talk = small_talk.recognise(text) or _wants_a_person(accepted)
        questions: tuple[str, ...] = (text,)
        passages: tuple[Passage, ...] = ()
        if talk is not None:
            recalled = await self._recall(accepted, agent)
        elif leans_on_previous(text):
            # The question before gives this one its subject, so the history comes first.
            recalled = await self._recall(accepted, agent)
            questions = tuple(standalone(text, _questions_of(recalled.newest))) or (text,)
            passages = await self._passages(accepted, agent, questions)
        else:
            questions = tuple(split_questions(text)) or (text,)
            recalled, passages = await asyncio.gather(
                self._recall(accepted, agent), self._passages(accepted, agent, questions)
            )
        taken = sum(map(estimated_tokens, (agent.instructions, text, *(passage.text for passage in passages))))
        room = room_for_history(agent.input_tokens, taken=taken)
        context, summary = await self._context(accepted, agent, recalled, room)
        return Gathered(
            agent=agent,
            text=text,
            history=context.messages,
            questions=questions,
            passages=passages,
            small_talk=talk,
            summary=summary,
            outgrown=room if _may_outgrow(recalled, context, agent, room) else None,
        )

    def keep_summary(self, accepted: Accepted, gathered: Gathered) -> None:
        """After a turn: sum up, beside everything else, what the next one may have no room for."""
        if gathered.outgrown is not None:
            self._summaries.keep_up(
                accepted.scope,
                accepted.session.thread_id,
                limit=gathered.agent.history_messages,
                tokens=gathered.outgrown,
            )

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

    async def _passages(self, accepted: Accepted, agent: RunningAgent, questions: Sequence[str]) -> tuple[Passage, ...]:
        if not agent.prefetches:
            return ()
        vectors = await self._embedder.embed_queries(questions)
        # Each further question may need passages of its own.
        k = agent.k + MORE_PASSAGES_A_QUESTION * (len(questions) - 1)
        found = await self._library.search(
            accepted.scope, questions, slugs=accepted.knowledge_bases or agent.bases, k=k, vectors=vectors
        )
        relevant = [hit for hit in found if hit.relevance >= agent.least_relevance]
        return tuple(numbered(hit, number) for number, hit in enumerate(relevant, start=1))


def numbered(hit: FoundPassage, number: int) -> Passage:
    """A found passage as a model is given it."""
    chunk = hit.chunk
    return Passage(
        number=number,
        chunk_id=chunk.id,
        source_id=chunk.source_id,
        source=chunk.source,
        title=chunk.title,
        heading=chunk.heading,
        link=chunk.link,
        text=chunk.text,
        relevance=hit.relevance,
    )


def _wants_a_person(accepted: Accepted) -> SmallTalk | None:
    """Among several messages, one that asks for a person is enough."""
    asked = any(small_talk.recognise(text) is SmallTalk.HUMAN for text in accepted.texts)
    return SmallTalk.HUMAN if asked else None


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


def _questions_of(history: Sequence[Message]) -> list[str]:
    return [message.content for message in history if message.role is MessageRole.CUSTOMER]
