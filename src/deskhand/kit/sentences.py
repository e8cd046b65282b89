"""Sentences of Markdown-ish text, by their places in it. Above: chunking, retrieval, the offline model; below: nothing.

A heading, a list item, a table row and a block of code are sentences of their own. Elsewhere a sentence ends at a
stop that a new beginning follows: not after an abbreviation, an initial or an ordinal, and not within numbers,
versions, addresses and inline code. Linear in the length of the text.
"""

import re
from collections.abc import Iterator

Span = tuple[int, int]

_LINE = re.compile(r"[^\n]+")
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_MARKER = re.compile(r"[ \t>]*(?:(?:[-*+•]|#{1,6})[ \t]+|(?=\d{1,9}[.)][ \t])|(?=\|))")
_QUOTE = re.compile(r"[ \t>]+")
_ORDINAL = re.compile(r"[ \t>]*\d{1,9}[.)][ \t]+")
_STOP = re.compile(r"[.!?…]+|[。！？｡؟।॥]+")
_AFTER_STOP = re.compile(r"""(?:["'”’»›)\]}*_]|\[\d{1,3}\])*""")
_CODE = re.compile(r"`[^`\n]+`")
_NEXT = re.compile(r"""\s+["'“‘«‹(\[{*_¿¡]*""")
_BEFORE_WORD = re.compile(r".*[\s(\[{\"'“‘«]", re.DOTALL)
_WORD = re.compile(r"\w{1,12}")
_LETTER = re.compile(r"[^\W_]")
_LOOK_BACK = 40
_LAST_ASCII = 0x7F
_DASHES = "—–…•"

_NEVER_LAST = frozenset(
    [
        "e.g",
        "i.e",
        "eg",
        "ie",
        "cf",
        "vs",
        "viz",
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "st",
        "mt",
        "no",
        "nos",
        "nr",
        "art",
        "fig",
        "figs",
        "sec",
        "ch",
        "vol",
        "pp",
        "ed",
        "eds",
        "est",
        "approx",
        "ca",
        "resp",
        "incl",
        "excl",
        "max",
        "min",
        "tel",
        "ext",
        "gen",
        "col",
        "sgt",
        "capt",
        "rev",
        "hon",
        "pres",
        "gov",
        "sen",
        "rep",
        "z.b",
        "d.h",
        "u.a",
        "bzw",
        "ggf",
        "inkl",
        "exkl",
        "zzgl",
        "evtl",
        "usw.",
        "p.ex",
        "c.à.d",
        "env",
        "p",
    ]
)
_SOMETIMES_LAST = frozenset(
    [
        "etc",
        "inc",
        "ltd",
        "co",
        "corp",
        "llc",
        "jr",
        "sr",
        "a.m",
        "p.m",
        "u.s",
        "u.k",
        "e.u",
        "al",
        "usw",
        "ave",
        "blvd",
        "dept",
        "bros",
    ]
)
_MONTHS = frozenset(
    [
        "januar",
        "februar",
        "märz",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "dezember",
        "jan",
        "feb",
        "mär",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "okt",
        "nov",
        "dez",
        "quartal",
    ]
)


def split_sentences(text: str) -> list[str]:
    """The sentences, each exactly as it stands in the text."""
    return [text[start:end] for start, end in sentence_spans(text)]


def sentence_spans(text: str) -> list[Span]:
    """Start and end of each sentence, in order and without overlap; blanks, bullets and rules lie outside.

    Every letter and digit of the text lies in exactly one sentence.
    """
    spans: list[Span] = []
    for start, end, whole in _units(text):
        if whole:
            spans.append((start, end))
        else:
            spans.extend(_within(text, start, end))
    return [span for span in (_trimmed(text, *span) for span in spans) if _says_something(text, *span)]


def _units(text: str) -> Iterator[tuple[int, int, bool]]:
    """Paragraphs, items, rows, headings, blocks of code; and whether one is a sentence as a whole."""
    start = end = -1
    fence, fence_start = "", 0
    for line in _LINE.finditer(text):
        at = line.start()
        content = line.group()
        mark = _FENCE.match(content)
        if fence:
            if mark and mark.group(1).startswith(fence):
                yield fence_start, line.end(), True
                fence = ""
            continue
        if start >= 0 and (mark or _begins_unit(text, at, content)):
            yield start, end, False
            start = -1
        if mark:
            fence, fence_start = mark.group(1), at
        elif content.lstrip(" \t>").startswith(("|", "# ", "## ", "### ", "#### ", "##### ", "###### ")):
            yield _after_marker(text, at, line.end()), line.end(), True
        elif content.strip():
            start = _after_marker(text, at, line.end()) if start < 0 else start
            end = line.end()
    if fence:
        yield fence_start, len(text), True
    if start >= 0:
        yield start, end, False


def _begins_unit(text: str, at: int, content: str) -> bool:
    """Whether a line cannot go on what stands before it: after an empty line, or with a marker of its own."""
    if not content.strip(" \t>") or text[max(at - 2, 0) : at] == "\n\n":
        return True
    return bool(_MARKER.match(content))


def _after_marker(text: str, start: int, end: int) -> int:
    """Behind a bullet, the hashes of a heading, the mark of a quotation. Numbers of items stay."""
    found = _MARKER.match(text, start, end) or _QUOTE.match(text, start, end)
    return found.end() if found else start


def _within(text: str, start: int, end: int) -> Iterator[Span]:
    code = [found.span() for found in _CODE.finditer(text, start, end)]
    place = 0
    ordinal = _ORDINAL.match(text, start, end)
    position = ordinal.end() if ordinal else start
    begin = start
    while stop := _STOP.search(text, position, end):
        position = stop.end()
        while place < len(code) and code[place][1] <= stop.start():
            place += 1
        if place < len(code) and code[place][0] <= stop.start():
            position = code[place][1]
            continue
        after = _AFTER_STOP.match(text, stop.end(), end)
        close = after.end() if after else stop.end()
        if _ends_sentence(text, begin, stop, close, end):
            yield begin, close
            begin = close
        position = max(position, close)
    yield begin, end


def _ends_sentence(text: str, begin: int, stop: re.Match[str], close: int, end: int) -> bool:
    if stop.group()[0] not in ".!?…":
        return True
    following = _NEXT.match(text, close, end)
    if not following:
        return close >= end
    first = text[following.end() : following.end() + 2]
    if first[:1].islower() and not first[1:].isupper():
        return False
    if stop.group() != ".":
        return True
    return not _is_abbreviated(text, begin, stop.start(), following.end(), end)


def _is_abbreviated(text: str, begin: int, dot: int, following: int, end: int) -> bool:
    """Whether the dot belongs to the word before it, given that what follows is no small letter."""
    word = _BEFORE_WORD.sub("", text[max(begin, dot - _LOOK_BACK) : dot], count=1).strip("*_,;:")
    lowered = word.lower()
    if lowered in _NEVER_LAST:
        return lowered != "no" or text[following : following + 1].isdigit()
    if lowered in _SOMETIMES_LAST:
        return not text[following : following + 1].isupper() or lowered in {"u.s", "u.k", "e.u"}
    if len(word) == 1 and word.isupper():
        return _is_initial(text, begin, dot)
    if word.isdigit() and len(word) <= 2:  # noqa: PLR2004 - days and quarters have at most two digits
        next_word = _WORD.match(text, following, end)
        return next_word is not None and next_word.group().lower() in _MONTHS
    return False


def _is_initial(text: str, begin: int, dot: int) -> bool:
    """`J. Smith`, `John F. Kennedy`: a lone capital at the start or after a capital word."""
    before = text[max(begin, dot - _LOOK_BACK) : dot - 1].rstrip()
    previous = before.split()[-1] if before.split() else ""
    return not previous or previous[:1].isupper()


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip())
    return start + lead, max(start + lead, start + len(piece.rstrip()))


def _says_something(text: str, start: int, end: int) -> bool:
    """Rules and the second row of a table are no sentences; a lone sign of joy is one."""
    if _LETTER.search(text, start, end):
        return True
    return any(ord(letter) > _LAST_ASCII and letter not in _DASHES for letter in text[start:end])
