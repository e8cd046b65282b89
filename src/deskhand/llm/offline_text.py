"""Sets the chosen pieces as text: sentences in a row, lists as lists, code as code, each with its marker.

Above: the offline client. Below: `offline_answer`; pure functions.
"""

from collections.abc import Sequence

from deskhand.llm.offline_answer import Found
from deskhand.llm.offline_pieces import PieceKind
from deskhand.llm.offline_saying import AnswerPiece

NOT_FOUND_ONE = "I could not find an answer to this: “{question}”"
NOT_FOUND_MANY = "I could not find answers to these: {questions}"
"""How an answer says plainly which of several questions stays open."""


def answer_chunks(found: Sequence[Found], *, opening: Sequence[str] = (), closing: str = "") -> tuple[str, ...]:
    """The reply in steps of a sentence; joined without anything between they are the whole text."""
    chunks = [f" {sentence}" if at else sentence for at, sentence in enumerate(opening)]
    said: set[tuple[int, str]] = set()
    for each in found:
        fresh = [piece for piece in each.pieces if (piece.number, piece.quote) not in said]
        said.update((piece.number, piece.quote) for piece in fresh)
        _paragraph(chunks, _set(fresh))
    _paragraph(chunks, _open_questions([each.asking for each in found if not each.pieces]))
    _paragraph(chunks, [closing] if closing else [])
    return tuple(chunks)


def _paragraph(chunks: list[str], more: Sequence[str]) -> None:
    if chunks and more:
        chunks.append("\n\n" + more[0])
        chunks.extend(more[1:])
    else:
        chunks.extend(more)


def _set(pieces: Sequence[AnswerPiece]) -> list[str]:
    chunks: list[str] = []
    for at, piece in enumerate(pieces):
        before = pieces[at - 1] if at else None
        chunks.append(_gap(before, piece) + _written(piece))
    return chunks


def _written(piece: AnswerPiece) -> str:
    cited = f" [{piece.number}]"
    if piece.kind is PieceKind.CODE:
        return f"{piece.text}\n{cited.strip()}"
    if piece.marker:
        return f"{'   ' * piece.depth}{piece.marker} {piece.text}{cited}"
    return piece.text + cited


def _gap(before: AnswerPiece | None, piece: AnswerPiece) -> str:
    if before is None:
        return ""
    if PieceKind.CODE in (piece.kind, before.kind):
        return "\n\n"
    if piece.marker and before.marker:
        return "\n"
    if piece.marker or before.marker:
        return "\n\n"
    return "\n" if PieceKind.ROW in (piece.kind, before.kind) else " "


def _open_questions(asked: Sequence[str]) -> list[str]:
    if not asked:
        return []
    if len(asked) == 1:
        return [NOT_FOUND_ONE.format(question=asked[0])]
    return [NOT_FOUND_MANY.format(questions="; ".join(f"“{question}”" for question in asked))]
