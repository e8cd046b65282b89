"""How well each piece of the passages fits a question: meaning, words, kind of figure, passage.

Above: `offline_answer`. Below: `offline_pieces`, `offline_words`, `offline_cues`, `questions`, the embedder port.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import structlog

from deskhand.kit.errors import DeskhandError
from deskhand.llm.embedding import Embedder, Vectors
from deskhand.llm.offline_cues import FIGURES, Cue, cues_of, shows
from deskhand.llm.offline_pieces import Piece, PieceKind
from deskhand.llm.offline_words import Term, content_terms, keys, matches
from deskhand.llm.questions import asking_part, context_part

MAX_CANDIDATES = 40
"""Pieces that are embedded for one question; the rest is left out by words alone."""

SEMANTIC, LEXICAL, RELEVANCE, CUE = 0.55, 0.30, 0.10, 0.10
CONTEXT_SHARE = 0.5
"""A word of the question that only the heading over a piece holds counts half for choosing the piece."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A standalone question, taken apart once."""

    text: str
    asking: str
    terms: tuple[Term, ...]
    """Content words of the asking sentence."""
    background: tuple[Term, ...]
    """Content words of what stands before it."""
    cues: frozenset[Cue]


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A piece with its fit. `semantic` is a cosine, or None when there were no vectors."""

    piece: Piece
    score: float
    semantic: float | None
    found: frozenset[str]
    """Keys in the piece's own text."""
    around: frozenset[str]
    """Keys in its text, headings and lead-in."""
    vector: Vectors | None


def take_apart(question: str) -> Question:
    asking, context = asking_part(question), context_part(question)
    cues = cues_of(asking) or cues_of(context)
    terms = content_terms(asking)
    known = {term.key for term in terms}
    background = [term for term in content_terms(context) if term.key not in known]
    return Question(text=question, asking=asking, terms=tuple(terms), background=tuple(background), cues=cues)


async def score(embedder: Embedder, question: Question, pieces: Sequence[Piece]) -> list[Scored]:
    """All candidate pieces with their scores, best first; ties in the order of the passages."""
    weights = _weights(question, pieces)
    rough = [_lexical(question, piece, pieces, weights) for piece in pieces]
    ranked = sorted(rough, key=lambda each: -each.score)[:MAX_CANDIDATES]
    vectors = await _vectors(embedder, question, [each.piece for each in ranked])
    if vectors is None:
        return ranked
    asked, documents = vectors
    cosines = documents @ asked
    scored = [
        _with_meaning(each, float(cosine), vector)
        for each, cosine, vector in zip(ranked, cosines, documents, strict=True)
    ]
    return sorted(scored, key=lambda each: -each.score)


def embedded_text(piece: Piece) -> str:
    """What of a piece is compared with the question: its text under its nearest heading."""
    heading = piece.section or (piece.passage.heading or "").split(">")[-1].strip() or piece.passage.title
    return f"{heading}: {piece.text}" if heading else piece.text


def _weights(question: Question, pieces: Sequence[Piece]) -> dict[str, float]:
    """Weight per term: its own, times how rare it is among the pieces (0.3 when all have it, 1 when few do)."""
    counts: Counter[str] = Counter()
    for piece in pieces:
        own = keys(piece.text)
        counts.update(term.key for term in (*question.terms, *question.background) if matches(term, own))
    size = math.log(1 + len(pieces))
    found = {}
    for share, terms in ((1.0, question.terms), (0.5, question.background)):
        for term in terms:
            rarity = 1 - math.log(1 + counts[term.key]) / size if size else 1.0
            found[term.key] = share * term.weight * (0.3 + 0.7 * rarity)
    return found


def _lexical(question: Question, piece: Piece, pieces: Sequence[Piece], weights: dict[str, float]) -> Scored:
    own = keys(piece.text)
    around = own | keys(f"{piece.context} {_lead_text(piece, pieces)}")
    total = sum(weights.values()) or 1.0
    held = sum(
        weights[term.key] * (1.0 if matches(term, own) else CONTEXT_SHARE if matches(term, around) else 0.0)
        for term in (*question.terms, *question.background)
    )
    score = LEXICAL * held / total + RELEVANCE * piece.passage.relevance + CUE * _cue_share(question, piece)
    return Scored(piece=piece, score=score, semantic=None, found=frozenset(own), around=frozenset(around), vector=None)


def _lead_text(piece: Piece, pieces: Sequence[Piece]) -> str:
    if piece.lead is None:
        return ""
    return next((each.text for each in pieces if each.passage is piece.passage and each.order == piece.lead), "")


def _cue_share(question: Question, piece: Piece) -> float:
    if not question.cues:
        return 0.5
    if Cue.PROCEDURE in question.cues and piece.kind is PieceKind.STEP:
        return 1.0
    held = sum(1.0 for cue in question.cues if shows(cue, piece.text))
    missing_figure = any(cue in FIGURES and not shows(cue, piece.text) for cue in question.cues)
    return held / len(question.cues) - (0.8 if missing_figure else 0.0)


def _with_meaning(each: Scored, cosine: float, vector: Vectors) -> Scored:
    return Scored(
        piece=each.piece,
        score=each.score + SEMANTIC * cosine,
        semantic=cosine,
        found=each.found,
        around=each.around,
        vector=vector,
    )


async def _vectors(embedder: Embedder, question: Question, pieces: Sequence[Piece]) -> tuple[Vectors, Vectors] | None:
    """The question's vector and one per piece; None when the embedder fails, which costs quality, not the answer."""
    if not pieces:
        return None
    try:
        asked = await embedder.embed_queries([question.text])
        documents = await embedder.embed_documents([embedded_text(piece) for piece in pieces])
    except (DeskhandError, OSError, RuntimeError, ValueError):
        _log.warning("offline.embedding_failed", pieces=len(pieces), exc_info=True)
        return None
    return np.asarray(asked[0], dtype=np.float32), np.asarray(documents, dtype=np.float32)
