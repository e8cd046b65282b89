"""Whether what was chosen answers the question, or is merely near it.

Above: `offline_answer`. Below: `offline_scoring`, `offline_words`, `offline_vectors`.

Passages that share the vocabulary of a question are found whether they answer or not: "the return
period of gift cards" where only e-bikes are described. What tells them apart are the words of the
question that the chosen pieces leave open, above all the rare ones, names and codes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deskhand.llm.offline_cues import FIGURES, shows
from deskhand.llm.offline_question import Question
from deskhand.llm.offline_scoring import Ranking, Scored, share_held
from deskhand.llm.offline_vectors import TextVectors
from deskhand.llm.offline_words import EVERYDAY_WEIGHT, STOP_WORDS, Term, matches, tokens

MAX_WORDS_COMPARED = 48
FAR, NEAR = 0.45, 0.75


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """What the decision rests on; shares and cosines from 0 to 1."""

    meaning: float
    """Cosine of the best piece with the question."""
    heading: float
    """Cosine of its headings with the question."""
    words: float
    """Share of the question's words in the best piece and over it, weighed by rarity."""
    likeness: float
    """The same for all chosen pieces, where words that are missing count by how near the nearest word is."""
    weakest: float
    """The nearest any word comes to the least represented word of the question."""
    figure: bool
    """Whether a figure asked for is there; true when none is asked for."""
    focus: float
    """How near the chosen pieces come to what is counted or chosen from; 1 when nothing is."""
    names: float
    """The same for the capitalised names of the question: the worst of them; 1 when it has none."""
    exact: bool
    """Whether every code and identifier of the question is there."""
    relevance: float
    """Of the passage the best piece comes from."""
    lead: float
    """Score of the best piece over the middle one of all candidates."""


async def signs_of(vectors: TextVectors, ranking: Ranking, chosen: Sequence[Scored]) -> Signs:
    best = chosen[0]
    question = ranking.question
    held = frozenset[str]().union(*(each.around for each in chosen))
    missing = [term for term in question.terms if not matches(term, held)]
    near = await _nearness(vectors, missing, chosen)
    text = " ".join(each.piece.text for each in chosen)
    scores = [each.score for each in ranking.scored]
    return Signs(
        meaning=best.meaning if best.meaning is not None else best.share * 0.7,
        heading=best.heading if best.heading is not None else best.share * 0.5,
        words=share_held(question.terms, ranking.weights, best.around),
        likeness=_likeness(question.terms, ranking.weights, held, near),
        weakest=min((near.get(term.key, 0.0) for term in missing if term.weight >= EVERYDAY_WEIGHT), default=1.0),
        figure=all(shows(cue, text) for cue in question.cues & FIGURES),
        focus=_focus(question, held, near),
        names=min((near.get(term.key, 0.0) for term in missing if term.name), default=1.0),
        exact=all(matches(term, held) for term in question.terms if term.exact),
        relevance=best.piece.passage.relevance,
        lead=best.score - float(np.median(scores)),
    )


def confidence_of(signs: Signs) -> float:
    """How likely the chosen pieces answer, from 0 to 1."""
    strength = -8.4 + 5.5 * signs.meaning + 1.3 * signs.heading + 1.2 * signs.words + 1.1 * signs.likeness
    strength += 2.5 * signs.weakest + 2.0 * signs.lead + 1.0 * signs.relevance
    strength -= 1.8 * (1 - signs.focus) + 2.2 * (1 - signs.names)
    strength -= (0.0 if signs.figure else 3.0) + (0.0 if signs.exact else 2.0)
    return 1 / (1 + math.exp(-strength))


async def _nearness(vectors: TextVectors, missing: Sequence[Term], chosen: Sequence[Scored]) -> dict[str, float]:
    """Per missing word the cosine of the nearest content word of the chosen pieces and their headings."""
    asked = [term for term in missing if not term.exact]
    words = _content(chosen) if asked else []
    found = await vectors.words([*(term.word.casefold() for term in asked), *words])
    if found is None or not words:
        return {}
    cosines = found[: len(asked)] @ found[len(asked) :].T
    return {term.key: float(row.max()) for term, row in zip(asked, cosines, strict=True)}


def _focus(question: Question, held: frozenset[str], near: Mapping[str, float]) -> float:
    parts = [
        1.0 if matches(term, held) else near.get(term.key, 0.0) for term in question.terms if term.key in question.focus
    ]
    return sum(parts) / len(parts) if parts else 1.0


def _content(chosen: Sequence[Scored]) -> list[str]:
    found: dict[str, None] = {}
    for each in chosen:
        for token in tokens(f"{each.piece.text} {each.piece.context}"):
            word = token.casefold()
            if word not in STOP_WORDS and word[0].isalpha() and len(word) > 2:  # noqa: PLR2004 - "to", "is"
                found.setdefault(word)
    return list(found)[:MAX_WORDS_COMPARED]


def _likeness(
    terms: Sequence[Term], weights: Mapping[str, float], held: frozenset[str], near: Mapping[str, float]
) -> float:
    """A word whose nearest neighbour is at cosine NEAR counts as there, one at FAR as missing."""
    total = sum(weights[term.key] for term in terms)
    if not total:
        return 0.5
    parts = (
        1.0 if matches(term, held) else min(1.0, max(0.0, (near.get(term.key, 0.0) - FAR) / (NEAR - FAR)))
        for term in terms
    )
    return sum(weights[term.key] * part for term, part in zip(terms, parts, strict=True)) / total
