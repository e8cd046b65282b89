"""How well a memory fits a message: the parts of its score. Pure arithmetic, with its few constants.

Above: `namespace_index`, `recall`. Below: numpy.

    score = 0.35 · recency + 0.45 · semantic + 0.20 · reinforcement            each from 0 to 1

    recency        0.7 + 0.3 · 2^(−days since it was last said / 180)
    semantic       1 / (1 + exp(−3.2 · (support − 1)))
    support        e₀ + 0.5 · (e₋₁ + e₊₁) + 0.25 · (e₋₂ + e₊₂)        e of what was said right before and after it
    e              cosine + 1.25 · share
    reinforcement  importance · weight of its type · (1 − 0.5 · 2^(−(uses + repeats) / 4))

`share` is a memory's BM25 as a part of what the message's four rarest words could give, so that it depends neither on
the length of the message nor on how much is remembered. Only memories of type context have a before and an after:
turns of a dialogue, of which one asks and the next answers. A question for a fact is met by the fact alone.

What was said long ago is still true, so most of recency never fades, and it decides between memories that fit alike;
uses raise a memory at most to twice what it has without them, and never above its own importance.

The constants come from the middle of plateaus on five dialogues of half a year to ten months, with 996 questions:
weights of `share` from 1 to 2, neighbours at 0.4 to 0.5, slopes from 2.4 to 4, half-lives from 180 to 730 days change
recall@10 by about a point of a hundred. Without the floor under recency it loses 7 points, with 30 days as well 33;
without the neighbours 10, without taking common words out 2.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deskhand.llm.embedding import Vectors
from deskhand.llm.terms import CEILING

Numbers = NDArray[np.float64]

RECENCY, SEMANTIC, REINFORCEMENT = 0.35, 0.45, 0.20
WORDS_WEIGHT = 1.25
RARE_WORDS = 4
NEIGHBOURS = (0.5, 0.25)
"""How much the first and the second memory before and after speak for one."""
SLOPE, MIDPOINT = 3.2, 1.0
LASTING = 0.7
"""The part of recency that does not fade."""
UNUSED = 0.5
"""The part of its weight that a memory has before it was ever used."""
USES_HALVE = 4.0
LEAST_REST = 0.1
"""A message with less of its own than this says nothing but those words."""


def without(vector: Vectors, words: Vectors) -> Vectors:
    """The unit vector without what it has in common with those of `words`, of shape (words, dimensions).

    A name that stands in most memories of a namespace tells none of them apart, yet draws a question towards whatever
    names somebody: this takes it out without embedding the question again. Unchanged when nothing else is in it.
    """
    if not len(words):
        return vector
    basis, _ = np.linalg.qr(words.T.astype(np.float64))
    rest = vector - basis @ (basis.T @ vector)
    length = float(np.linalg.norm(rest))
    return np.asarray(rest / length, dtype=np.float32) if length > LEAST_REST else vector


def shares(bm25: Numbers, rarities: Sequence[float]) -> Numbers:
    """BM25 of each memory as a share of what the rarest words of the message could give."""
    most = CEILING * sum(sorted(rarities, reverse=True)[:RARE_WORDS])
    return bm25 / most if most > 0 else np.zeros_like(bm25)


def support(evidence: Numbers, follows: NDArray[np.bool_]) -> Numbers:
    """The evidence with that of its neighbours; `follows[i]` says that memory i was said right after memory i - 1."""
    total = evidence.copy()
    for distance, weight in enumerate(NEIGHBOURS, start=1):
        ends = np.flatnonzero(_linked(follows, distance))
        total[ends] += weight * evidence[ends - distance]
        total[ends - distance] += weight * evidence[ends]
    return total


def _linked(follows: NDArray[np.bool_], distance: int) -> NDArray[np.bool_]:
    """Whether memory i and the one `distance` before it belong to one run."""
    linked = follows.copy()
    for step in range(1, distance):
        linked[step:] &= follows[:-step]
    linked[:distance] = False
    return linked


def semantic(supported: Numbers) -> Numbers:
    """The support as a number from 0 to 1, strictly growing."""
    return np.asarray(1.0 / (1.0 + np.exp(-SLOPE * (supported - MIDPOINT))))


def recency(age_seconds: Numbers, half_life_seconds: float) -> Numbers:
    """1 for what was said just now, or is dated later, towards `LASTING` with age."""
    return np.asarray(LASTING + (1 - LASTING) * np.exp2(-np.maximum(age_seconds, 0.0) / half_life_seconds))


def reinforcement(weights: Numbers, times: Numbers) -> Numbers:
    """From importance times the weight of its type, and how often it was used or said again."""
    return np.asarray(weights * (1 - UNUSED * np.exp2(-times / USES_HALVE)))


def score(recent: Numbers, fitting: Numbers, reinforced: Numbers) -> Numbers:
    return np.asarray(RECENCY * recent + SEMANTIC * fitting + REINFORCEMENT * reinforced)


def confidence(scores: Sequence[float]) -> float:
    """The mean score, 0 without any."""
    return math.fsum(scores) / len(scores) if scores else 0.0
