"""Finds what answers a question in the passages, or says that nothing does.

Above: the offline client. Below: pieces, scoring, choice, signs, saying.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from deskhand.llm.offline_choice import choose
from deskhand.llm.offline_pieces import Piece, pieces_of
from deskhand.llm.offline_question import Question, take_apart
from deskhand.llm.offline_saying import AnswerPiece, in_reading_order, say
from deskhand.llm.offline_scoring import rank
from deskhand.llm.offline_signs import confidence_of, signs_of
from deskhand.llm.offline_style import AnswerStyle
from deskhand.llm.offline_vectors import TextVectors
from deskhand.llm.passages import Passage

ACCEPT_FROM = 0.45
"""From this confidence on, shifted by the style's caution, the chosen pieces are given as an answer."""

_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|rules|guidelines|above|previous)\b"
    r"|\byou\s+are\s+now\b|\bsystem\s+prompt\b|\bas\s+an\s+ai\b|\bnew\s+instructions?\s*:"
    r"|\b(?:assistant|ai|model|bot)s?\s+(?:must|should|shall|has\s+to)\b|\b(?:reply|respond|answer)\s+(?:only\s+)?with\b"
    r"|\b(?:tell|inform)\s+the\s+(?:user|customer)\b|</?(?:system|assistant|user)>",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was found for one question. `pieces` is empty when nothing answers."""

    question: str
    asking: str
    pieces: tuple[AnswerPiece, ...]
    confidence: float


async def find_answer(vectors: TextVectors, question: str, passages: Sequence[Passage], *, style: AnswerStyle) -> Found:
    """The pieces of the passages that answer, in reading order; none when the passages are merely near."""
    asked = take_apart(question, company=style.company)
    pieces = [piece for passage in passages for piece in pieces_of(passage) if not gives_orders(piece, asked)]
    ranking = await rank(vectors, asked, pieces)
    if not ranking.scored:
        return Found(question=question, asking=asked.asking, pieces=(), confidence=0.0)
    chosen = choose(ranking, style.max_sentences)
    confidence = confidence_of(await signs_of(vectors, ranking, chosen))
    said: tuple[AnswerPiece, ...] = ()
    if confidence >= ACCEPT_FROM + style.caution:
        said = say(ranking.question, in_reading_order(ranking.question, chosen, pieces))
    return Found(question=question, asking=asked.asking, pieces=said, confidence=confidence)


def gives_orders(piece: Piece, asked: Question) -> bool:
    """Text that addresses the model instead of the reader, unless the question is about exactly that."""
    return bool(_ORDERS.search(piece.text)) and not _ORDERS.search(asked.text)
