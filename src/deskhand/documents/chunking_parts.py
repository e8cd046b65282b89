"""How the blocks of one section become parts that are not too long. Above: chunking; below: blocks, sentences.

Whole blocks stay together while they fit. Where one does not: a list parts between items, a table between rows
(each part under the table's head), code between lines (each part fenced anew), a paragraph between sentences.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deskhand.documents.chunking_blocks import Block, count_words
from deskhand.kit.sentences import sentence_spans

_TABLE_HEAD_LINES = 2
_LETTERS_OF_LONG_WORD = 20
_WORD = re.compile(r"\S+\s*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """What is never cut again. `before` and `after` wrap each part in which a piece of the block stands.

    `joint` stands between it and the unit before it, `leads` says that it announces the unit after it, `prose`
    that its sentences may be said again at the beginning of the next part.
    """

    text: str
    start: int
    end: int
    words: int
    joint: str = "\n\n"
    before: str = ""
    after: str = ""
    leads: bool = False
    prose: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A stretch of text from line `start` to line `end` (without)."""

    text: str
    start: int
    end: int


def split_section(lines: Sequence[str], blocks: Sequence[Block], *, max_words: int, overlap_words: int) -> list[Part]:
    """The parts of one section in order, each at most `max_words` long unless a single row or line is longer.

    Each part after the first begins with the last whole sentences of the part before it, up to `overlap_words`,
    where that ended in prose.
    """
    room = max(max_words - overlap_words, 1)
    units = list(_units(lines, blocks, room))
    total = sum(unit.words for unit in units)
    if total <= max_words:
        return [_part(units, "")] if units else []
    parts = -(-total // room)
    runs = list(_packed(units, room=room, enough=total / parts))
    overlaps = ["", *(_last_sentences(run, overlap_words) for run in runs[:-1])]
    return [_part(run, overlap) for run, overlap in zip(runs, overlaps, strict=True)]


def _packed(units: Sequence[Unit], *, room: int, enough: float) -> Iterator[list[Unit]]:
    """Runs of units of about `enough` words and never more than `room`; what announces stays with what it announces."""
    run: list[Unit] = []
    words = 0
    for index, unit in enumerate(units):
        follower = units[index + 1].words if unit.leads and index + 1 < len(units) else 0
        cost = unit.words + count_words(unit.before if not run or run[-1].before != unit.before else "")
        announced = bool(run) and run[-1].leads
        full = words + cost > room or (not announced and words >= enough)
        tight = words + cost + follower > room and cost + follower <= room
        if run and (full or (tight and not announced)):
            yield run
            run, words = [], 0
            cost = unit.words + count_words(unit.before)
        run.append(unit)
        words += cost
    if run:
        yield run


def _part(run: Sequence[Unit], overlap: str) -> Part:
    written = [overlap] if overlap else []
    wrapped = ""
    for index, unit in enumerate(run):
        goes_on = index > 0 and unit.joint == "\n" and run[index - 1].before == unit.before
        if wrapped and not goes_on:
            written.append(f"\n{wrapped}")
            wrapped = ""
        if written:
            written.append(unit.joint if index else "\n\n")
        if unit.before and not goes_on:
            written.append(f"{unit.before}\n")
        written.append(unit.text)
        wrapped = unit.after
    if wrapped:
        written.append(f"\n{wrapped}")
    return Part(text="".join(written).rstrip(), start=run[0].start, end=run[-1].end)


def _last_sentences(run: Sequence[Unit], words: int) -> str:
    last = run[-1]
    if not last.prose or words <= 0:
        return ""
    begin, used = len(last.text), 0
    for start, end in reversed(sentence_spans(last.text)):
        used += count_words(last.text[start:end])
        if used > words:
            break
        begin = start
    return last.text[begin:].strip()


def _units(lines: Sequence[str], blocks: Sequence[Block], room: int) -> Iterator[Unit]:
    for index, block in enumerate(blocks):
        follower = blocks[index + 1] if index + 1 < len(blocks) else None
        pieces = list(_pieces(lines, block, room))
        for number, piece in enumerate(pieces):
            is_last = number == len(pieces) - 1
            leads = is_last and follower is not None and _announces(piece, follower)
            yield _with(piece, leads=leads)


def _announces(unit: Unit, follower: Block) -> bool:
    return unit.text.rstrip("*_ ").endswith(":") and follower.kind in {"list", "table", "code", "quote"}


def _pieces(lines: Sequence[str], block: Block, room: int) -> Iterator[Unit]:
    """The block as one unit, or as many as it takes."""
    text = _text(lines, block.start, block.end)
    words = count_words(text)
    if words <= room:
        yield Unit(text=text, start=block.start, end=block.end, words=words, prose=block.kind in {"text", "list"})
    elif block.children:
        yield from _of_children(lines, block, room)
    elif block.kind == "table":
        yield from _rows(lines, block)
    elif block.kind == "code":
        yield from _code_lines(lines, block)
    else:
        yield from _sentences(lines, block, room)


def _of_children(lines: Sequence[str], block: Block, room: int) -> Iterator[Unit]:
    """Items of a list stand close together, as they were written."""
    previous_end = -1
    for child in block.children:
        close = child.start == previous_end
        for number, piece in enumerate(_pieces(lines, child, room)):
            yield _with(piece, joint="\n") if close and number == 0 and not piece.before else piece
        previous_end = child.end


def _rows(lines: Sequence[str], block: Block) -> Iterator[Unit]:
    body = block.start + _TABLE_HEAD_LINES
    head = _text(lines, block.start, body)
    if body >= block.end:
        yield Unit(text=head, start=block.start, end=block.end, words=count_words(head))
    for number in range(body, block.end):
        row = lines[number]
        yield Unit(
            text=row,
            start=number if number > body else block.start,
            end=number + 1,
            words=count_words(row) + 1,
            joint="\n" if number > body else "\n\n",
            before=head,
        )


def _code_lines(lines: Sequence[str], block: Block) -> Iterator[Unit]:
    opening = lines[block.start]
    mark = opening.lstrip(" \t>-*+0123456789.)")
    fence = mark[: len(mark) - len(mark.lstrip(mark[:1]))]
    indent = opening[: len(opening) - len(mark)]
    closed = block.end - 1 > block.start and lines[block.end - 1].strip(" \t>").startswith(fence)
    closing = lines[block.end - 1] if closed else f"{' ' * len(indent)}{fence}"
    last = block.end - 1 if closed else block.end
    for number in range(block.start + 1, last):
        line = lines[number]
        yield Unit(
            text=line,
            start=number if number > block.start + 1 else block.start,
            end=number + 1 if number < last - 1 else block.end,
            words=max(count_words(line), 1),
            joint="\n" if number > block.start + 1 else "\n\n",
            before=opening,
            after=closing,
        )


def _sentences(lines: Sequence[str], block: Block, room: int) -> Iterator[Unit]:
    """Sentences with what stands between them; one that is itself too long is cut between words."""
    text = _text(lines, block.start, block.end)
    spans = sentence_spans(text) or [(0, len(text))]
    begins = [0, *(start for start, _ in spans[1:])]
    position = line = 0
    joint = "\n\n"
    for start, end in zip(begins, [*begins[1:], len(text)], strict=True):
        line += text.count("\n", position, start)
        position = start
        number = min(block.start + line, block.end - 1)
        last = block.end if end == len(text) else min(number + 1 + text.count("\n", start, end), block.end)
        for piece in _bounded(text[start:end], room):
            said = piece.rstrip()
            yield Unit(text=said, start=number, end=last, words=count_words(said), joint=joint, prose=True)
            joint = piece[len(said) :]


def _bounded(sentence: str, room: int) -> Iterator[str]:
    """The sentence, in pieces of whole words where it is too long."""
    if count_words(sentence) <= room:
        yield sentence
        return
    begin, words = 0, 0
    for word in _WORD.finditer(sentence):
        cost = count_words(word.group())
        if words and words + cost > room:
            yield sentence[begin : word.start()]
            begin, words = word.start(), 0
        words += cost
        while words > room:  # one word longer than a part
            cut = begin + _fitting(sentence[begin:], room)
            yield sentence[begin:cut]
            begin, words = cut, count_words(sentence[cut : word.end()])
    yield sentence[begin:]


def _fitting(text: str, room: int) -> int:
    size = min(len(text), room * _LETTERS_OF_LONG_WORD)
    while size > 1 and count_words(text[:size]) > room:
        size //= 2
    return max(size, 1)


def _text(lines: Sequence[str], start: int, end: int) -> str:
    return "\n".join(lines[start:end])


def _with(unit: Unit, *, joint: str | None = None, leads: bool | None = None) -> Unit:
    return Unit(
        text=unit.text,
        start=unit.start,
        end=unit.end,
        words=unit.words,
        joint=unit.joint if joint is None else joint,
        before=unit.before,
        after=unit.after,
        leads=unit.leads if leads is None else leads,
        prose=unit.prose,
    )
