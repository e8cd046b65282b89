"""How well each piece of the passages fits a question: meaning, words, kind of figure, passage.

Above: `offline_answer`. Below: `offline_question`, `offline_pieces`, `offline_words`, `offline_vectors`.
"""

import asyncio
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from deskhand.llm.embedding import Vectors
from deskhand.llm.offline_cues import FIGURES, Cue, shows
from deskhand.llm.offline_pieces import Piece, PieceKind
from deskhand.llm.offline_question import Question, with_spelling
from deskhand.llm.offline_vectors import TextVectors
from deskhand.llm.offline_words import STOP_WORDS, Term, keys, matches, tokens

MAX_CANDIDATES = 40
"""Pieces that are embedded for one question; the rest is left out by words alone."""

COMPARED = 240
"""Characters of a piece that are embedded; embedding takes time in proportion to the length."""

MEANING, HEADING, OWN_WORDS, WORDS, RELEVANCE, CUE, NO_FIGURE = 1.0, 0.25, 0.2, 0.45, 0.6, 0.2, -0.4
"""What one point of each sign is worth. Fitted so that the piece that answers comes first as often as possible
(softmax regression over the pieces of two help centres, each checked on the other), then rounded."""

SUBJECT, SUBJECT_WORDS, BEGINNING = 0.2, 3, 80
"""Whether a piece begins with what is asked for, among its first words; for prices only."""

BACKGROUND = 0.5
"""A word of the background counts half of a word of the asking sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A piece with its fit. The cosines are None when there were no vectors."""

    piece: Piece
    score: float
    share: float
    """Share of the question's words, weighed by rarity, in the piece, its headings and its lead-in."""
    around: frozenset[str]
    """The keys of those words."""
    meaning: float | None = None
    heading: float | None = None
    vector: Vectors | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranking:
    """All candidates, best first, with the question as it was understood and the weights of its words."""

    question: Question
    scored: tuple[Scored, ...]
    weights: Mapping[str, float]
    everywhere: frozenset[str]
    """Keys of everything in the passages."""


async def rank(vectors: TextVectors, question: Question, pieces: Sequence[Piece]) -> Ranking:
    """Scores the pieces; equal ones stay in the order of the passages."""
    own = [keys(piece.text) for piece in pieces]
    contexts = {piece.context: keys(piece.context) for piece in pieces}
    everywhere = frozenset[str]().union(*own, *contexts.values())
    understood = with_spelling(question, _vocabulary(pieces), everywhere)
    weights = term_weights(understood, pieces, own)
    rough = [
        _by_words(understood, piece, found, contexts[piece.context] | _lead_keys(piece, pieces, own), weights)
        for piece, found in zip(pieces, own, strict=True)
    ]
    candidates = sorted(rough, key=lambda each: -each.score)[:MAX_CANDIDATES]
    scored = await _by_meaning(vectors, understood, candidates)
    ordered = sorted(scored, key=lambda each: -each.score)
    return Ranking(question=understood, scored=tuple(ordered), weights=weights, everywhere=everywhere)


def term_weights(question: Question, pieces: Sequence[Piece], own: Sequence[frozenset[str]]) -> dict[str, float]:
    """Weight per key: that of the word, times 1 when few pieces have it, down to 0.3 when all do."""
    terms = (*question.terms, *question.background)
    places = {
        term.key: [piece for piece, found in zip(pieces, own, strict=True) if matches(term, found)] for term in terms
    }
    passages = len({piece.passage.number for piece in pieces})
    weights: dict[str, float] = {}
    for share, group in ((1.0, question.terms), (BACKGROUND, question.background)):
        for term in group:
            among = {piece.passage.number for piece in places[term.key]}
            common = max(_commonness(len(places[term.key]), len(pieces)), _commonness(len(among), passages))
            weights.setdefault(term.key, share * term.weight * (1 - 0.7 * common))
    return weights


def _commonness(holding: int, size: int) -> float:
    """0 when none holds the word, 1 when all do, on a logarithmic scale."""
    return math.log(1 + holding) / math.log(1 + size) if size else 0.0


def share_held(terms: Sequence[Term], weights: Mapping[str, float], where: AbstractSet[str]) -> float:
    """Share of the weight of the terms whose word is among the keys; a half when there are no terms."""
    total = sum(weights[term.key] for term in terms)
    return sum(weights[term.key] for term in terms if matches(term, where)) / total if total else 0.5


def heading_of(piece: Piece) -> str:
    """The nearest heading or two over a piece."""
    local = piece.section.split(" > ")[-2:] if piece.section else []
    above = (piece.passage.heading or "").split(" › ")[-1].strip()
    return " > ".join(dict.fromkeys(part for part in (above or piece.passage.title, *local) if part))


def compared(piece: Piece) -> str:
    """What of a piece is compared with the question: its beginning, under its heading, as readers meet it."""
    return f"{heading_of(piece)[: COMPARED // 3]}: {piece.text[:COMPARED]}"


def _vocabulary(pieces: Sequence[Piece]) -> set[str]:
    return {token.casefold() for piece in pieces for token in tokens(f"{piece.context} {piece.text}")}


def _lead_keys(piece: Piece, pieces: Sequence[Piece], own: Sequence[frozenset[str]]) -> frozenset[str]:
    if piece.lead is None:
        return frozenset()
    found = (
        keys_
        for each, keys_ in zip(pieces, own, strict=True)
        if each.passage is piece.passage and each.order == piece.lead
    )
    return next(found, frozenset())


def _by_words(
    question: Question, piece: Piece, own: frozenset[str], above: frozenset[str], weights: Mapping[str, float]
) -> Scored:
    around = own | above
    terms = (*question.terms, *question.background)
    share = share_held(terms, weights, around)
    score = OWN_WORDS * share_held(terms, weights, own) + WORDS * share + RELEVANCE * piece.passage.relevance
    score += _by_cues(question, piece) + (SUBJECT * _by_subject(question, piece) if Cue.MONEY in question.cues else 0.0)
    return Scored(piece=piece, score=score, share=share, around=around)


def _by_subject(question: Question, piece: Piece) -> float:
    """Share of the piece's first words that the question has: the price of a thing, not of a part for it."""
    beginning = (token for token in tokens(piece.text[:BEGINNING]) if token.casefold() not in STOP_WORDS)
    first = [keys(token) for token, _ in zip(beginning, range(SUBJECT_WORDS), strict=False)]
    asked = {term.key for term in (*question.terms, *question.background)}
    return sum(bool(found & asked) for found in first) / SUBJECT_WORDS


def _by_cues(question: Question, piece: Piece) -> float:
    if piece.text.endswith("?"):
        return NO_FIGURE
    if not question.cues:
        return CUE / 2
    held = [cue for cue in question.cues if shows(cue, piece.text) or _is_step(cue, piece)]
    missing = any(cue in FIGURES and cue not in held for cue in question.cues)
    return CUE * len(held) / len(question.cues) + (NO_FIGURE if missing else 0.0)


def _is_step(cue: Cue, piece: Piece) -> bool:
    return cue is Cue.PROCEDURE and piece.kind in (PieceKind.STEP, PieceKind.CODE)


async def _by_meaning(vectors: TextVectors, question: Question, candidates: Sequence[Scored]) -> list[Scored]:
    """Adds the cosines, when there are vectors."""
    headings = list(dict.fromkeys(heading_of(each.piece) for each in candidates))
    asked, documents = await asyncio.gather(
        vectors.question(question.text), vectors.documents([*(compared(each.piece) for each in candidates), *headings])
    )
    if asked is None or documents is None:
        return list(candidates)
    cosines = (documents @ asked).tolist()
    above = dict(zip(headings, cosines[len(candidates) :], strict=True))
    return [
        replace(
            each,
            score=each.score + MEANING * cosines[at] + HEADING * above[heading_of(each.piece)],
            meaning=cosines[at],
            heading=above[heading_of(each.piece)],
            vector=documents[at],
        )
        for at, each in enumerate(candidates)
    ]
