"""Picks the pieces that answer a question, or says that none does.

Above: the offline client. Below: `offline_scoring`, `offline_pieces`; the embedder port.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deskhand.llm.embedding import Embedder
from deskhand.llm.offline_cues import FIGURES, Cue
from deskhand.llm.offline_pieces import Piece, PieceKind, pieces_of
from deskhand.llm.offline_question import Question, take_apart
from deskhand.llm.offline_scoring import Ranking, Scored, rank
from deskhand.llm.offline_signs import confidence_of, signs_of
from deskhand.llm.offline_words import stem_set
from deskhand.llm.passages import Passage

MAX_STEPS = 14
SAME_FACT = 0.6
"""Share of common content words from which two pieces say the same."""
SAME_MEANING = 0.93
WORTH_ADDING = 0.85
"""A further sentence must score this share of the best one."""
ACCEPT_FROM = 0.5

_LEANING = re.compile(
    r"^(?:it|its|this|that|these|those|they|them|their|he|she|however|but|and|also|otherwise|then|therefore|thus|instead"
    r"|after\s+that|afterwards|in\s+this\s+case|in\s+that\s+case|for\s+this|such|both|the\s+same|the\s+latter|the\s+former"
    r"|as\s+a\s+result|additionally|furthermore|moreover|alternatively|so|if\s+so|if\s+not|here|there(?!\s+(?:is|are)))\b",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|rules|guidelines|above|previous)\b"
    r"|\byou\s+are\s+now\b|\bsystem\s+prompt\b|\bas\s+an\s+ai\b|\bnew\s+instructions?\s*:|\b(?:assistant|ai|model|bot)s?\s+(?:must|should|shall|has\s+to)\b"
    r"|\b(?:reply|respond|answer)\s+(?:only\s+)?with\b|\b(?:tell|inform)\s+the\s+(?:user|customer)\b|</?(?:system|assistant|user)>|\bact\s+as\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerPiece:
    """A piece as it is said: `text` for the customer, `quote` word for word in passage `number`."""

    text: str
    quote: str
    number: int
    kind: PieceKind
    marker: str = ""
    depth: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was found for one question. `pieces` is empty when nothing answers."""

    question: str
    asking: str
    pieces: tuple[AnswerPiece, ...]
    confidence: float


async def find_answer(embedder: Embedder, question: str, passages: Sequence[Passage], *, max_sentences: int) -> Found:
    """The pieces of the passages that answer, in reading order; none when the passages are merely near."""
    asked = take_apart(question)
    pieces = [piece for passage in passages for piece in pieces_of(passage) if not _gives_orders(piece, asked)]
    ranking = await rank(embedder, asked, pieces)
    if not ranking.scored:
        return Found(question=question, asking=asked.asking, pieces=(), confidence=0.0)
    chosen = _choose(ranking, max_sentences)
    confidence = confidence_of(await signs_of(embedder, ranking, chosen))
    said = tuple(_said(piece) for piece in _complete(chosen, pieces)) if confidence >= ACCEPT_FROM else ()
    return Found(question=question, asking=asked.asking, pieces=said, confidence=confidence)


def _gives_orders(piece: Piece, asked: Question) -> bool:
    """Text that addresses the model, unless the question is about exactly that."""
    return bool(_ORDERS.search(piece.text)) and not _ORDERS.search(asked.text)


def _choose(ranking: Ranking, most: int) -> list[Scored]:
    best = ranking.scored[0]
    asked = ranking.question.cues
    if Cue.PROCEDURE in asked and not asked & FIGURES:
        steps = _procedure(ranking.scored)
        if steps:
            return steps
    chosen = [best]
    for each in ranking.scored[1:]:
        if len(chosen) >= most or each.score < WORTH_ADDING * best.score:
            break
        if not any(_same(each, other) for other in chosen):
            chosen.append(each)
    return chosen


def _procedure(scored: Sequence[Scored]) -> list[Scored]:
    """The list of steps that the best pieces belong to, when there is one near the top."""
    best = scored[0]
    for each in scored[:4]:
        piece = each.piece
        if piece.group is None or each.score < 0.85 * best.score:
            continue
        members = [
            other for other in scored if other.piece.passage is piece.passage and other.piece.group == piece.group
        ]
        if any(other.piece.kind is PieceKind.STEP for other in members):
            return members
    return []


def _same(one: Scored, other: Scored) -> bool:
    first, second = stem_set(one.piece.text), stem_set(other.piece.text)
    smaller = min(len(first), len(second)) or 1
    if (
        len(first & second) / smaller >= SAME_FACT + 0.2
        and len(first & second) / (max(len(first), len(second)) or 1) >= SAME_FACT / 2
    ):
        return True
    if one.vector is None or other.vector is None:
        return False
    return float(np.dot(one.vector, other.vector)) >= SAME_MEANING


def _complete(chosen: Sequence[Scored], pieces: Sequence[Piece]) -> list[Piece]:
    """The chosen pieces in reading order, each with what it cannot be understood without."""
    by_place = {(piece.passage.number, piece.order): piece for piece in pieces}
    wanted: dict[tuple[int, int], Piece] = {}
    numbers: list[int] = []
    for each in chosen:
        for piece in _with_companions(each.piece, by_place, pieces):
            wanted[(piece.passage.number, piece.order)] = piece
            if piece.passage.number not in numbers:
                numbers.append(piece.passage.number)
    return [wanted[place] for place in sorted(wanted, key=lambda place: (numbers.index(place[0]), place[1]))]


def _with_companions(piece: Piece, by_place: dict[tuple[int, int], Piece], pieces: Sequence[Piece]) -> list[Piece]:
    found = [piece]
    if piece.kind is PieceKind.STEP:
        found = [other for other in pieces if other.passage is piece.passage and other.group == piece.group][:MAX_STEPS]
    lead = by_place.get((piece.passage.number, piece.lead)) if piece.lead is not None else None
    if lead is not None:
        found.append(lead)
    before = by_place.get((piece.passage.number, piece.order - 1))
    if (
        piece.kind is PieceKind.SENTENCE
        and _LEANING.match(piece.text)
        and before is not None
        and before.section == piece.section
    ):
        found.append(before)
    after = by_place.get((piece.passage.number, piece.order + 1))
    if (
        piece.kind is PieceKind.SENTENCE
        and piece.text.endswith(":")
        and after is not None
        and after.lead == piece.order
    ):
        group = [other for other in pieces if other.passage is piece.passage and other.group == after.group]
        found.extend(group[:MAX_STEPS] if after.group is not None else [after])
    return found


def _said(piece: Piece) -> AnswerPiece:
    return AnswerPiece(
        text=piece.text,
        quote=piece.quote,
        number=piece.passage.number,
        kind=piece.kind,
        marker=piece.marker,
        depth=piece.depth,
    )
