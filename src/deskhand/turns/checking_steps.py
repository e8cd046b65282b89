"""Cuts an answer that is still being written into sentences: each comes out when the next has begun, never half of one.

Above: the checks. Below: `kit/sentences.py`. Joined, the steps are the text as it came in: what stands between two
sentences (blanks, bullets, rules) belongs to the second, and citation markers behind a sentence belong to it.
"""

import re
from collections.abc import Iterator

from deskhand.kit.sentences import sentence_spans

LONGEST_STEP = 2_000
"""Text without an end is cut here, at a blank: it bounds the work, and no sentence is that long."""

LONG, STRIDE = 300, 64
"""Beyond so many characters without an end, it is looked for only so often."""

_END = re.compile(r"[.!?…。！？｡؟।॥\n]")
_MARKERS = re.compile(r"(?:\[\d{1,3}\])+(?:[ \t]?\[\d{1,3}\])*[.,;]?")
_BEGUN = re.compile(r"""[\s"'“‘«‹(\[{*_#>+•¿¡|-]*(?:[^\W_]+[^\w]|`{3}|~{3})""")
"""A whole word, or the mark of a block of code: what comes next cannot change where the sentence before ended."""
_WORD_OVER = re.compile(r"[^\W_][^\w]|[`~]")
"""Without one of these in what is new, no further sentence can have begun."""
_CITED_LINE = re.compile(r"\[\d{1,3}\][.,;]?[ \t]*(?=\n)")
_ORDINAL = re.compile(r"\d{1,3}[.)]")
"""The number of an item is no sentence of its own."""
_FENCE = re.compile(r"\s*(?:[-*+>]\s+|\d{1,9}[.)]\s+)?(`{3,}|~{3,})")


class SentenceSteps:
    """Text in, whole sentences out."""

    def __init__(self) -> None:
        self._buffer = ""
        self._has_end = False
        self._may_have_begun = False
        self._look_from = 0

    def feed(self, text: str) -> list[str]:
        """The sentences that are whole by now."""
        self._may_have_begun = self._may_have_begun or _WORD_OVER.search(self._buffer[-1:] + text) is not None
        self._buffer += text
        self._has_end = self._has_end or _END.search(text) is not None
        if not text.strip() or _is_open_code(self._buffer):
            return []
        steps = self._whole() if self._is_worth_a_look else []
        if len(self._buffer) > LONGEST_STEP and not _is_open_code(self._buffer):
            steps.append(self._forced())
        return steps

    def rest(self) -> list[str]:
        """What is left, now that nothing follows. The last step may be cut off where the text was."""
        ends = _ends(self._buffer)
        if not ends:
            return [self._take(len(self._buffer))] if self._buffer else []
        steps = [self._take(length) for length in _lengths(ends[:-1])]
        return [*steps, self._take(len(self._buffer))]

    @property
    def _is_worth_a_look(self) -> bool:
        return self._has_end and self._may_have_begun and len(self._buffer) >= self._look_from

    def _whole(self) -> list[str]:
        self._may_have_begun = False
        ends = _ends(self._buffer)
        if len(ends) < 2 or not _BEGUN.match(self._buffer, ends[-2]):  # noqa: PLR2004 - this one and the next
            # With nothing but a marker behind it the sentence may still be going on.
            self._look_from = len(self._buffer) + (STRIDE if len(self._buffer) > LONG else 0)
            return []
        self._look_from = 0
        steps = [self._take(length) for length in _lengths(ends[:-1])]
        self._has_end = _END.search(self._buffer) is not None
        return steps

    def _forced(self) -> str:
        blank = self._buffer.rfind(" ", 1, LONGEST_STEP)
        return self._take(blank if blank > 0 else LONGEST_STEP)

    def _take(self, length: int) -> str:
        taken, self._buffer = self._buffer[:length], self._buffer[length:]
        return taken


def _is_open_code(text: str) -> bool:
    """Whether the text begins a block of code that is not closed."""
    fence = _FENCE.match(text)
    return fence is not None and re.search(rf"\n[ \t>]*{re.escape(fence[1])}[ \t]*(?:\n|\Z)", text) is None


def _ends(text: str) -> list[int]:
    """Where each sentence ends, the markers behind it included."""
    ends: list[int] = []
    for start, end in _lines(text):
        begin = start
        if ends and (markers := _MARKERS.match(text, start)) is not None:
            ends[-1] = begin = markers.end()
        said = text[begin:end].strip()
        if said and _ORDINAL.fullmatch(said) is None:
            ends.append(end)
    return ends


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """The sentences; one ends with its line, too, where the line ends in citations."""
    for start, end in sentence_spans(text):
        begin = start
        for cut in _CITED_LINE.finditer(text, start, end):
            yield begin, cut.end()
            begin = cut.end()
        if text[begin:end].strip():
            yield begin, end


def _lengths(ends: list[int]) -> list[int]:
    return [end - (ends[at - 1] if at else 0) for at, end in enumerate(ends)]


def is_finished(step: str) -> bool:
    """Whether a last step ends as sentences do, rather than where the text was cut off."""
    bare = re.sub(r"(?:\s*\[\d{1,3}\])+\s*\Z", "", step).rstrip()
    return (
        not bare
        or bare.rstrip("\"'”’»)]*_`").endswith((".", "!", "?", "…", ":", "。", "！", "？", "|", "।"))
        or (bare.endswith(("```", "~~~")))
    )
