"""From cosines and BM25 to one relevance: how likely a passage answers. Pure arithmetic, with its few constants.

Above it: knowledge and attachments. Below it: numpy. A passage's *evidence* for one question is

    cosine of its nearest window  +  WORDS_WEIGHT · share

where `share` is its BM25 as a part of what the question's `RARE_WORDS` rarest words could give: raw BM25 grows with
the question and with the knowledge base, the share does not, so that one formula and one threshold serve bases of
every size. The evidence of a message's parts is pooled by a soft maximum, and a logistic curve, fitted on questions
that a knowledge base answers and questions that it does not, turns it into a probability.

The constants were fitted on two help centres (230 and 92 questions with an answer, 100 near and 620 far ones without),
and hold on either when fitted on the other alone. They were chosen from the middle of plateaus: half or twice
`WORDS_WEIGHT`, or 3 to 5 `RARE_WORDS`, change the figures by about one question in a hundred.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from deskhand.llm.embedding import Vectors
from deskhand.llm.terms import CEILING


class SearchMode(StrEnum):
    """Which of the two kinds of search may find a passage."""

    DENSE = "dense"
    LEXICAL = "lexical"
    HYBRID = "hybrid"


WORDS_WEIGHT = 0.5
"""How much holding the question's words counts beside meaning the same. A pairwise fit gives 0.45 on one help centre
and 0.82 on the other for ranking, 0.35 to 0.4 for telling answerable questions from others."""

RARE_WORDS = 4
"""A passage that holds the four rarest words of a question holds the question. More, and a wordy question asks for
more than any passage has."""

SOFTNESS = 0.12
"""In units of evidence. Towards 0 the best part alone decides; above 0.15 small talk in a message is averaged in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """A logistic curve over evidence: one half at `midpoint`."""

    slope: float
    midpoint: float


CURVES = {
    SearchMode.HYBRID: Curve(slope=11.0, midpoint=0.58),
    SearchMode.DENSE: Curve(slope=14.0, midpoint=0.46),
    SearchMode.LEXICAL: Curve(slope=12.0, midpoint=0.30),
}
"""By maximum likelihood, answerable and unanswerable questions weighing the same; evidence without words or without
meaning lies lower, so that each mode has its own."""


def word_shares(bm25: Vectors, rarities: Sequence[Sequence[float]]) -> Vectors:
    """BM25 of shape (chunks, questions) as shares; the columns go with `rarities`."""
    rarest = [sum(sorted(column, reverse=True)[:RARE_WORDS]) for column in rarities]
    bounds = np.asarray([CEILING * total for total in rarest], dtype=np.float32)
    return np.divide(bm25, bounds, out=np.zeros_like(bm25), where=bounds > 0)


def evidence(cosines: Vectors, shares: Vectors, mode: SearchMode) -> Vectors:
    """The evidence of each chunk for each part, of shape (chunks, parts)."""
    match mode:
        case SearchMode.HYBRID:
            return np.asarray(cosines + WORDS_WEIGHT * shares, dtype=np.float32)
        case SearchMode.DENSE:
            return cosines
        case SearchMode.LEXICAL:
            return shares


def pool(parts: Vectors) -> Vectors:
    """The evidence of each chunk for the whole message, of shape (chunks,), from that for its parts.

    The logarithm of the mean of exp(evidence / `SOFTNESS`), moved so that the best chunk keeps the evidence of its best
    part: much small talk changes the order little and the level not at all.
    """
    if not parts.size:
        return np.zeros(len(parts), dtype=np.float32)
    highest = parts.max(axis=1)
    pooled = highest + SOFTNESS * np.log(np.exp((parts - highest[:, None]) / SOFTNESS).mean(axis=1))
    return np.asarray(pooled + (highest.max() - pooled.max()), dtype=np.float32)


def relevance(evidence: Vectors, mode: SearchMode) -> Vectors:
    """The probability, strictly growing with the evidence, that a chunk answers."""
    curve = CURVES[mode]
    return np.asarray(1.0 / (1.0 + np.exp(-curve.slope * (evidence.astype(np.float64) - curve.midpoint))))
