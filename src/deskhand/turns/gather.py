"""Gather: history and passages at the same time; the message is embedded once and its vectors are shared."""

import asyncio
from collections.abc import Sequence

from deskhand.agents.runtime import AgentRuntime, RunningAgent
from deskhand.conversations.model import Message, MessageRole
from deskhand.conversations.repository import ConversationRepository
from deskhand.kit.clock import Clock
from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.knowledge.model import FoundPassage
from deskhand.llm import small_talk
from deskhand.llm.embedding import Embedder
from deskhand.llm.passages import Passage
from deskhand.llm.questions import leans_on_previous, split_questions, standalone
from deskhand.tenancy.store import TenantStore
from deskhand.turns.state import Accepted, Gathered

MORE_PASSAGES_A_QUESTION = 2


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
    ) -> None:
        self._store = store
        self._clock = clock
        self._library = library
        self._embedder = embedder
        self._runtime = runtime

    async def gather(self, accepted: Accepted) -> Gathered:
        """History, the questions of the message so that each stands alone, and the passages found for them."""
        agent = await self._runtime.agent_for(accepted.scope)
        text = accepted.turn.text
        talk = small_talk.recognise(text)
        if talk is not None:
            history = await self._history(accepted, agent)
            return Gathered(text=text, history=history, questions=(text,), passages=(), small_talk=talk)
        if leans_on_previous(text):
            # The question before gives this one its subject, so the history comes first.
            history = await self._history(accepted, agent)
            questions = tuple(standalone(text, _questions_of(history))) or (text,)
            return Gathered(
                text=text,
                history=history,
                questions=questions,
                passages=await self._passages(accepted, agent, questions),
            )
        questions = tuple(split_questions(text)) or (text,)
        history, passages = await asyncio.gather(
            self._history(accepted, agent), self._passages(accepted, agent, questions)
        )
        return Gathered(text=text, history=history, questions=questions, passages=passages)

    async def _history(self, accepted: Accepted, agent: RunningAgent) -> tuple[Message, ...]:
        async with self._store.read(accepted.scope) as db:
            return await ConversationRepository(db, accepted.scope, self._clock).recent_messages(
                accepted.session.thread_id, before=accepted.turn.message_id, limit=agent.history_messages
            )

    async def _passages(self, accepted: Accepted, agent: RunningAgent, questions: Sequence[str]) -> tuple[Passage, ...]:
        vectors = await self._embedder.embed_queries(questions)
        # Each further question may need passages of its own.
        k = agent.k + MORE_PASSAGES_A_QUESTION * (len(questions) - 1)
        found = await self._library.search(
            accepted.scope, questions, slugs=accepted.knowledge_bases, k=k, vectors=vectors
        )
        return tuple(numbered(hit, number) for number, hit in enumerate(found, start=1))


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


def _questions_of(history: Sequence[Message]) -> list[str]:
    return [message.content for message in history if message.role is MessageRole.CUSTOMER]
