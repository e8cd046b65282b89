"""What is known for a message: passages of the help centre, memories of the contact, what the customer sent along.

Above: gather. Below: the slices that know it. The message is embedded once, and its vectors are shared by all of them.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from deskhand.agents.runtime import DEFAULT_AGENT, RunningAgent
from deskhand.attachments.model import AttachmentText, FoundExcerpt
from deskhand.attachments.shelf import AttachmentShelf
from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.knowledge.model import FoundPassage
from deskhand.llm.embedding import Embedder, Vectors
from deskhand.llm.injection import Trust
from deskhand.llm.passages import Passage
from deskhand.memory.model import NOTHING_RECALLED, MemoryContext, MemoryPlace
from deskhand.memory.recall import MemoryRecall
from deskhand.turns.state import Accepted

MORE_PASSAGES_A_QUESTION = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What an answer may rest on. `vector` is the message's own, `vectors` are those of its questions."""

    passages: tuple[Passage, ...] = ()
    memory: MemoryContext = NOTHING_RECALLED
    attachments: tuple[AttachmentText, ...] = ()
    vector: Vectors | None = None
    vectors: Mapping[str, Vectors] = field(default_factory=dict)


NOTHING_KNOWN = Known()


class Sources:
    """Asks all that know something, at the same time."""

    def __init__(
        self, *, library: KnowledgeLibrary, embedder: Embedder, memory: MemoryRecall, shelf: AttachmentShelf
    ) -> None:
        self._library = library
        self._embedder = embedder
        self._memory = memory
        self._shelf = shelf

    async def known(
        self, accepted: Accepted, agent: RunningAgent, questions: Sequence[str], *, vector: Vectors | None = None
    ) -> Known:
        """What is known for these questions of the message. `vector` is the message's own, where it is known."""
        of_questions, vector = await self._embedded(accepted.turn.text, questions, vector)
        # Each further question may need passages of its own.
        k = agent.k + MORE_PASSAGES_A_QUESTION * (len(questions) - 1)
        passages, excerpts, memory, attachments = await asyncio.gather(
            self._passages(accepted, agent, questions, of_questions, k),
            self._shelf.found_in_turn(accepted.scope, accepted.session.id, questions, of_questions, k=k),
            self._recalled(accepted, agent, vector),
            self._sent_along(accepted),
        )
        return Known(
            passages=_together(passages, excerpts, least=agent.least_relevance, most=k),
            memory=memory,
            attachments=attachments,
            vector=vector,
            vectors=dict(zip(questions, of_questions, strict=True)),
        )

    async def _embedded(self, text: str, questions: Sequence[str], vector: Vectors | None) -> tuple[Vectors, Vectors]:
        """The vectors of the questions, a row each, and the one of the text; what is known is not embedded again."""
        known = {} if vector is None else {text: vector}
        wanted = [each for each in dict.fromkeys([*questions, text]) if each not in known]
        if wanted:
            known |= zip(wanted, await self._embedder.embed_queries(wanted), strict=True)
        return np.stack([known[question] for question in questions]), known[text]

    async def _passages(
        self, accepted: Accepted, agent: RunningAgent, questions: Sequence[str], vectors: Vectors, k: int
    ) -> tuple[FoundPassage, ...]:
        if not agent.prefetches:
            return ()
        slugs = accepted.knowledge_bases or agent.bases
        return await self._library.search(accepted.scope, questions, slugs=slugs, k=k, vectors=vectors)

    async def _sent_along(self, accepted: Accepted) -> tuple[AttachmentText, ...]:
        ids = accepted.turn.attachment_ids
        return await self._shelf.read(accepted.scope, accepted.session.id, ids) if ids else ()

    async def _recalled(self, accepted: Accepted, agent: RunningAgent, vector: Vectors) -> MemoryContext:
        if not agent.memory_k:
            return NOTHING_RECALLED
        place = memory_place(accepted)
        return await self._memory.recall(accepted.scope, place, accepted.turn.text, vector, k=agent.memory_k)


def memory_place(accepted: Accepted) -> MemoryPlace:
    """Whose memories the turn sees and adds to: the session's agent's, whoever answers in it."""
    session = accepted.session
    agent_id = session.agent_id or DEFAULT_AGENT
    return MemoryPlace(agent_id=agent_id, contact_id=session.contact_id, thread_id=session.thread_id)


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


def numbered_excerpt(hit: FoundExcerpt, number: int) -> Passage:
    """The same of what the customer sent along."""
    return Passage(
        number=number,
        chunk_id=hit.id,
        source_id=hit.attachment_id,
        source=hit.name,
        title=hit.name,
        heading=hit.heading,
        link=None,
        text=hit.text,
        relevance=hit.relevance,
        trust=Trust.STRANGER,
    )


def _together(
    passages: Iterable[FoundPassage], excerpts: Iterable[FoundExcerpt], *, least: float, most: int
) -> tuple[Passage, ...]:
    """The most relevant of both, numbered in that order."""
    found: list[FoundPassage | FoundExcerpt] = [*passages, *excerpts]
    best = sorted((hit for hit in found if hit.relevance >= least), key=lambda hit: -hit.relevance)[:most]
    return tuple(
        numbered(hit, number) if isinstance(hit, FoundPassage) else numbered_excerpt(hit, number)
        for number, hit in enumerate(best, start=1)
    )
