"""What one namespace holds, decoded: vectors, words, neighbours and ages, ready to be compared with a message.

Above: `recall` keeps these while their version holds. Below: `scoring`, the words of `llm/terms`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from deskhand.llm.embedding import Vectors
from deskhand.llm.terms import TermEncoder
from deskhand.memory.model import Memory, MemoryType
from deskhand.memory.scoring import Numbers

COMMON_SHARE = 0.25
"""A word that a quarter of the memories hold tells none of them apart."""
ENOUGH_TO_SAY = 20
"""Memories. Of fewer, nothing is said about which words are common."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """Where a word stands, and its BM25 weight there."""

    rows: NDArray[np.int64]
    weights: NDArray[np.float64]


@dataclass(kw_only=True, slots=True)
class NamespaceIndex:
    """A namespace under one version. Only the uses change: they are counted here as they are in the database."""

    version: str
    memories: list[Memory]
    vectors: Vectors
    postings: Mapping[int, Posting]
    follows: NDArray[np.bool_]
    stated: Numbers
    """Seconds of the epoch."""
    weights: Numbers
    times: Numbers
    """Uses and repeats."""

    def __len__(self) -> int:
        return len(self.memories)

    def bm25(self, rarities: Mapping[int, float]) -> Numbers:
        """The BM25 of each memory for words of those rarities."""
        total = np.zeros(len(self.memories))
        for word, rarity in rarities.items():
            posting = self.postings.get(word)
            if posting is not None:
                total[posting.rows] += rarity * posting.weights
        return total

    def holding(self, word: int) -> int:
        """How many memories hold the word."""
        posting = self.postings.get(word)
        return 0 if posting is None else len(posting.rows)

    def count_uses(self, memory_ids: Sequence[str], now: datetime) -> None:
        """The same as was written to the database."""
        used = set(memory_ids)
        for row, memory in enumerate(self.memories):
            if memory.id in used:
                self.memories[row] = replace(memory, uses=memory.uses + 1, last_used_at=now)
                self.times[row] += 1


def index_of(
    version: str, memories: Sequence[Memory], vectors: Vectors, terms: TermEncoder, *, gap: timedelta
) -> NamespaceIndex:
    """The index of memories in the order in which they were said; takes a millisecond for some twenty."""
    return NamespaceIndex(
        version=version,
        memories=list(memories),
        vectors=vectors,
        postings=_postings(memories, terms),
        follows=_follows(memories, gap),
        stated=np.asarray([memory.stated_at.timestamp() for memory in memories], dtype=np.float64),
        weights=np.asarray([memory.weight for memory in memories], dtype=np.float64),
        times=np.asarray([memory.uses + memory.repeats for memory in memories], dtype=np.float64),
    )


def _postings(memories: Sequence[Memory], terms: TermEncoder) -> dict[int, Posting]:
    found: dict[int, tuple[list[int], list[float]]] = {}
    for row, memory in enumerate(memories):
        words = terms.passage(memory.content)
        for word, weight in zip(words.indices, words.values, strict=True):
            rows, weights = found.setdefault(word, ([], []))
            rows.append(row)
            weights.append(weight)
    return {
        word: Posting(rows=np.asarray(rows, dtype=np.int64), weights=np.asarray(weights, dtype=np.float64))
        for word, (rows, weights) in found.items()
    }


def _follows(memories: Sequence[Memory], gap: timedelta) -> NDArray[np.bool_]:
    """Which memories were said right after the one before: both of type context, and not far apart."""
    follows = np.zeros(len(memories), dtype=np.bool_)
    for row in range(1, len(memories)):
        before, memory = memories[row - 1], memories[row]
        both = before.type is memory.type is MemoryType.CONTEXT
        follows[row] = both and memory.occurred_at - before.occurred_at <= gap
    return follows
