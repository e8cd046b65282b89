"""From chosen pieces to what is said: with what they cannot be understood without, in the order of the page.

Above: `offline_answer`. Below: `offline_scoring`, `offline_pieces`, `offline_words`; pure functions.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deskhand.llm.offline_cues import Cue
from deskhand.llm.offline_pieces import Piece, PieceKind, row_text
from deskhand.llm.offline_question import Question
from deskhand.llm.offline_scoring import Scored
from deskhand.llm.offline_words import keys, matches, stem_set

MAX_STEPS = 14

SAID_IN_WORDS = 0.7
"""A cell that is a sentence and holds this share of the words of the other cells says the row alone."""

_LEANING = re.compile(
    r"^(?:it|its|this|that|these|those|they|them|their|he|she|however|but|and|also|otherwise|then|therefore|thus"
    r"|instead|after\s+that|afterwards|in\s+(?:this|that)\s+case|for\s+this|such|both|the\s+(?:same|latter|former)"
    r"|as\s+a\s+result|additionally|furthermore|moreover|alternatively|so|if\s+(?:so|not)|here|there(?!\s+(?:is|are)))\b",
    re.IGNORECASE,
)
_DANGLING = ":;,.–- "

_Place = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerPiece:
    """A piece as it is said: `text` for the customer, `quote` word for word in passage `number`."""

    text: str
    quote: str
    number: int
    kind: PieceKind
    marker: str = ""
    """The bullet or number of a list item; empty for an item that stands alone."""
    depth: int = 0


def in_reading_order(asked: Question, chosen: Sequence[Scored], pieces: Sequence[Piece]) -> list[Piece]:
    """The chosen pieces with their companions: the best passage first, within a passage as it is written."""
    by_place = {_place(piece): piece for piece in pieces}
    wanted: dict[_Place, Piece] = {}
    for each in chosen:
        for piece in _with_companions(asked, each.piece, by_place, pieces):
            wanted.setdefault(_place(piece), piece)
    numbers = list(dict.fromkeys(number for number, _ in wanted))
    return [wanted[place] for place in sorted(wanted, key=lambda place: (numbers.index(place[0]), place[1]))]


def say(asked: Question, pieces: Sequence[Piece]) -> tuple[AnswerPiece, ...]:
    """The pieces in the words of the customer's answer. An item that stands alone loses its bullet."""
    sizes = Counter((piece.passage.number, piece.group) for piece in pieces)
    led = {(piece.passage.number, piece.lead) for piece in pieces}
    return tuple(
        AnswerPiece(
            text=_text(asked, piece),
            quote=piece.quote,
            number=piece.passage.number,
            kind=piece.kind,
            marker=piece.marker if sizes[(piece.passage.number, piece.group)] > 1 or _is_led(piece, pieces) else "",
            depth=piece.depth if (piece.passage.number, piece.lead) in led and _is_led(piece, pieces) else 0,
        )
        for piece in pieces
    )


def _place(piece: Piece) -> _Place:
    return piece.passage.number, piece.order


def _is_led(piece: Piece, pieces: Iterable[Piece]) -> bool:
    return any(other.passage is piece.passage and other.order == piece.lead for other in pieces)


def _with_companions(
    asked: Question, piece: Piece, by_place: Mapping[_Place, Piece], pieces: Sequence[Piece]
) -> list[Piece]:
    number = piece.passage.number
    found = [piece]
    if piece.kind is PieceKind.STEP and Cue.PROCEDURE in asked.cues:
        found = _group(piece, pieces)
    lead = by_place.get((number, piece.lead)) if piece.lead is not None else None
    before = by_place.get((number, piece.order - 1))
    after = by_place.get((number, piece.order + 1))
    if lead is not None:
        found.append(lead)
    if before is not None and _needs(piece, before):
        found.append(before)
    if after is not None and _introduces(asked, piece, after):
        found.extend(_group(after, pieces) if after.group is not None else [after])
    return found


def _group(piece: Piece, pieces: Sequence[Piece]) -> list[Piece]:
    return [other for other in pieces if other.passage is piece.passage and other.group == piece.group][:MAX_STEPS]


def _needs(piece: Piece, before: Piece) -> bool:
    """A sentence that begins with "It" or "However" makes no sense without the one before."""
    leans = piece.kind is PieceKind.SENTENCE and _LEANING.match(piece.text) is not None
    return leans and before.kind is PieceKind.SENTENCE and before.section == piece.section


def _introduces(asked: Question, piece: Piece, after: Piece) -> bool:
    """A line that ends in a colon says nothing without its list; one with a command below, not how to do it."""
    if piece.kind is PieceKind.CODE or after.lead != piece.order:
        return False
    return piece.text.endswith(":") or (Cue.PROCEDURE in asked.cues and after.kind is PieceKind.CODE)


def _text(asked: Question, piece: Piece) -> str:
    if piece.kind is PieceKind.CODE:
        return piece.text
    if piece.cells:
        return _row(asked, piece.cells)
    return piece.text.lstrip(_DANGLING)


def _row(asked: Question, cells: Sequence[tuple[str, str]]) -> str:
    """The row in a sentence of its own if it has one, else with the columns that are asked for."""
    for _, value in cells:
        others = frozenset[str]().union(*(stem_set(other) for _, other in cells if other != value))
        if value.endswith(".") and others and len(others & stem_set(value)) >= SAID_IN_WORDS * len(others):
            return value
    return row_text([cells[0], *_asked_columns(asked, cells[1:])])


def _asked_columns(asked: Question, cells: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    terms = [term for term in asked.terms if term.weight >= 1]
    hits = [sum(matches(term, keys(header)) for term in terms) for header, _ in cells]
    best = max(hits, default=0)
    return [cell for cell, hit in zip(cells, hits, strict=True) if hit == best]
