"""Which of the scored pieces are said: the best, those nearly as good, never the same fact twice; or a whole procedure.

Above: `offline_answer`. Below: `offline_scoring`, `offline_pieces`, `offline_words`; pure functions.
"""

import re
from collections.abc import Sequence

import numpy as np

from deskhand.llm.offline_cues import FIGURES, Cue, shows
from deskhand.llm.offline_pieces import PieceKind
from deskhand.llm.offline_scoring import Ranking, Scored
from deskhand.llm.offline_words import stem_set

WORTH_ADDING = 0.85
"""A further piece must score this share of the best one."""

SAME_WORDS = 0.8
"""Two pieces of which the smaller has this share of its words in the other say the same."""
SAME_WORDS_AND_FIGURES = 0.5
"""The same share when both also hold the same figures."""
SAME_MEANING = 0.93

NEAR_TOP = 4
"""A procedure is given whole when one of its steps is among so many best pieces."""

_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")


def choose(ranking: Ranking, most: int) -> list[Scored]:
    """At most `most` pieces, best first; all steps when a procedure is asked for and there is one.

    Where a figure is asked for, only pieces with such a figure are added to the best one.
    """
    asked = ranking.question.cues
    figures = asked & FIGURES
    if Cue.PROCEDURE in asked and not figures:
        steps = _procedure(ranking.scored)
        if steps:
            return steps
    chosen = [_in_words(ranking.scored)]
    for each in ranking.scored:
        if len(chosen) >= most or each.score < WORTH_ADDING * ranking.scored[0].score:
            break
        answers = all(shows(cue, each.piece.text) for cue in figures)
        if answers and not any(same_fact(each, other) for other in chosen):
            chosen.append(each)
    return chosen


def same_fact(one: Scored, other: Scored) -> bool:
    """True for overlapping chunks, for a table row and the sentence that says it in words, and the like."""
    if one.piece is other.piece:
        return True
    first, second = stem_set(one.piece.text), stem_set(other.piece.text)
    shared = len(first & second) / (min(len(first), len(second)) or 1)
    figures = set(_FIGURE.findall(one.piece.text))
    alike = bool(figures) and figures == set(_FIGURE.findall(other.piece.text))
    if shared >= (SAME_WORDS_AND_FIGURES if alike else SAME_WORDS):
        return True
    if one.vector is None or other.vector is None:
        return False
    return float(np.dot(one.vector, other.vector)) >= SAME_MEANING


def _in_words(scored: Sequence[Scored]) -> Scored:
    """The best piece; if that is a table row and a sentence nearly as good says the same, the sentence."""
    best = scored[0]
    if best.piece.kind is not PieceKind.ROW:
        return best
    near = (each for each in scored[1:] if each.score >= WORTH_ADDING * best.score)
    sentences = (each for each in near if each.piece.kind is PieceKind.SENTENCE)
    return next((each for each in sentences if same_fact(each, best)), best)


def _procedure(scored: Sequence[Scored]) -> list[Scored]:
    """The list of steps that one of the best pieces belongs to or introduces."""
    best = scored[0]
    for each in scored[:NEAR_TOP]:
        if each.score < WORTH_ADDING * best.score:
            break
        members = [other for other in scored if _belongs(other, each)]
        if any(other.piece.kind is PieceKind.STEP for other in members):
            return members
    return []


def _belongs(other: Scored, each: Scored) -> bool:
    if other.piece.passage is not each.piece.passage or other.piece.group is None:
        return False
    return other.piece.group == each.piece.group or other.piece.lead == each.piece.order
