"""Which excerpts answer, and how likely: every excerpt of the session compared with every part of the questions.

Above: the excerpts. Below: `llm/fusion.py`, so that relevance means here what it means for knowledge. Pure arithmetic.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deskhand.llm.embedding import Vectors
from deskhand.llm.fusion import SearchMode, evidence, pool, relevance, word_shares
from deskhand.llm.terms import rarity

USUAL_PASSAGES = 200
"""Added to the number of excerpts when a word's rarity is reckoned. In three excerpts no word is rare, and those that
none of them holds would outweigh the others; the curves were fitted on knowledge bases of hundreds of passages."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldExcerpt:
    """An excerpt as it is compared. Without `vectors`, of shape (windows, dimensions), its words alone count."""

    id: str
    terms: Mapping[int, float]
    vectors: Vectors | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One part of one question: the numbers of its words, and its vector."""

    question: int
    words: Sequence[int]
    vector: Vectors


def ranked(held: Sequence[HeldExcerpt], parts: Sequence[Part], k: int) -> list[tuple[str, float]]:
    """The ids of the `k` excerpts most likely to answer any of the questions, with their relevance, best first."""
    if not held or not parts or k < 1:
        return []
    shares = _shares(held, parts)
    scored: list[tuple[str, float]] = []
    for mode, rows in _by_mode(held).items():
        if rows:
            cosines = _cosines([held[row] for row in rows], parts, mode)
            likely = _likelihood(evidence(cosines, shares[rows], mode), parts, mode)
            scored.extend((held[row].id, float(value)) for row, value in zip(rows, likely, strict=True))
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:k]


def _by_mode(held: Sequence[HeldExcerpt]) -> dict[SearchMode, list[int]]:
    return {
        SearchMode.HYBRID: [row for row, each in enumerate(held) if each.vectors is not None],
        SearchMode.LEXICAL: [row for row, each in enumerate(held) if each.vectors is None],
    }


def _shares(held: Sequence[HeldExcerpt], parts: Sequence[Part]) -> Vectors:
    words = {word for part in parts for word in part.words}
    holding = {word: sum(word in each.terms for each in held) for word in words}
    rare = {word: rarity(len(held) + USUAL_PASSAGES, count) for word, count in holding.items()}
    bm25 = np.asarray(
        [[math.fsum(each.terms.get(word, 0.0) * rare[word] for word in part.words) for part in parts] for each in held],
        dtype=np.float32,
    )
    return word_shares(bm25, [[rare[word] for word in part.words] for part in parts])


def _cosines(held: Sequence[HeldExcerpt], parts: Sequence[Part], mode: SearchMode) -> Vectors:
    """Of shape (excerpts, parts): that of the window which is nearest to the part."""
    windows = [each.vectors for each in held if each.vectors is not None]
    if mode is SearchMode.LEXICAL or not windows:
        return np.zeros((len(held), len(parts)), dtype=np.float32)
    starts = np.cumsum([0, *(len(each) for each in windows[:-1])])
    cosines = np.concatenate(windows) @ np.stack([part.vector for part in parts]).T
    return np.asarray(np.maximum.reduceat(cosines, starts, axis=0), dtype=np.float32)


def _likelihood(scores: Vectors, parts: Sequence[Part], mode: SearchMode) -> Vectors:
    """The relevance of each excerpt for the question that it suits best."""
    columns: dict[int, list[int]] = {}
    for column, part in enumerate(parts):
        columns.setdefault(part.question, []).append(column)
    best = np.stack([pool(scores[:, chosen]) for chosen in columns.values()]).max(axis=0)
    return relevance(best, mode)
