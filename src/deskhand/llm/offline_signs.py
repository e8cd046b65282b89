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
from deskhand.llm.offline_words import STOP_WORDS, Term, matches, tokens

MAX_WORDS_COMPARED = 48
ENOUGH_PIECES, USUAL_LEAD = 8, 0.7


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """What the decision rests on; shares and cosines from 0 to 1."""

    meaning: float
    """Cosine of the best piece with the question."""
    heading: float
    """Cosine of its headings with the question."""
    words: float
    """Share of the question's words in the best piece and over it, weighed by rarity."""
    weakest: float
    """How near the chosen pieces come to the word of the question that they represent least; 1 when they hold all."""
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
    return Signs(
        meaning=best.meaning if best.meaning is not None else best.share * 0.7,
        heading=best.heading if best.heading is not None else best.share * 0.5,
        words=share_held(question.terms, ranking.weights, best.around),
        weakest=min((_presence(term, near) for term in missing), default=1.0),
        figure=all(shows(cue, text) for cue in question.cues & FIGURES),
        focus=_focus(question, held, near),
        names=min((near.get(term.key, 0.0) for term in missing if term.name), default=1.0),
        exact=all(matches(term, held) for term in question.terms if term.exact),
        relevance=best.piece.passage.relevance,
        lead=_lead([each.score for each in ranking.scored]),
    )


def confidence_of(signs: Signs) -> float:
    """How likely the chosen pieces answer, from 0 to 1.

    A logistic curve, fitted by maximum likelihood to three help centres of equal weight (a shop, a
    software project, a bank: 339 answered and 150 near-miss questions, and 305 whose answer was taken
    out of the help centre), then rounded. Fitted on any two of them it separates the third about as
    well as fitted on all. The figures are for all-MiniLM-L6-v2.
    """
    strength = -9.2 + 5.0 * signs.meaning + 1.3 * signs.heading + 1.1 * signs.words + 4.5 * signs.weakest
    strength += 2.0 * signs.lead + 1.6 * signs.relevance
    strength -= 1.5 * (1 - signs.focus) + 2.8 * (1 - signs.names)
    strength -= (0.0 if signs.figure else 4.0) + (0.0 if signs.exact else 2.0)
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


def _lead(scores: Sequence[float]) -> float:
    """Among few pieces the middle one says little, so that the usual distance takes part."""
    usual = [scores[0] - USUAL_LEAD] * (ENOUGH_PIECES - len(scores))
    return scores[0] - float(np.median([*scores, *usual]))


def _presence(term: Term, near: Mapping[str, float]) -> float:
    """How near the pieces come to a missing word; the less the word says, the less it matters that it is missing."""
    return 1 - min(1.0, term.weight) * (1 - near.get(term.key, 0.0))


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
