"""A step of an answer taken apart: what stands before the sentence, the sentence, its citations.

Above: the checks. Below: nothing; pure functions.
"""

import re
from dataclasses import dataclass

_MARKER = re.compile(r"[ \t]?\[(\d{1,3})\]")
_GAP = re.compile(
    r"(?:\s|\|?[ \t]*:?-{3,}:?[ \t|:-]*(?:\n|\Z)|^[ \t]*(?:[*_-][ \t]*){3,}\n|>[ \t]|[-*+•][ \t]+|\d{1,3}[.)][ \t]+)*",
    re.MULTILINE,
)
_HEADING = re.compile(r"#{1,6}[ \t]")
_FENCE = re.compile(r"`{3}|~{3}")
_ITEM = re.compile(r"\n?[ \t>]*(?:[-*+•][ \t]|\d{1,3}[.)][ \t]|\||`{3}|~{3})")
_CLOSERS = "\"'”’»)]*_`"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """`claim` is the sentence alone, without markers and bullets; `gap` what stands before it."""

    text: str
    gap: str
    claim: str
    numbers: tuple[int, ...]

    @property
    def is_code(self) -> bool:
        return _FENCE.match(self.claim) is not None

    @property
    def is_row(self) -> bool:
        return self.claim.startswith("|")

    @property
    def is_heading(self) -> bool:
        return _HEADING.match(self.claim) is not None

    @property
    def is_item(self) -> bool:
        """Whether it may stand under "You need:"."""
        return self.is_row or self.is_code or _ITEM.match(self.gap.lstrip("\n") or self.text.lstrip()) is not None

    @property
    def ends_in_colon(self) -> bool:
        """The line above a list."""
        return self.claim.rstrip(_CLOSERS).rstrip().endswith(":")

    @property
    def takes_markers(self) -> bool:
        """In code and headings nothing may be written."""
        return not self.is_code and not self.is_heading

    def cited(self, numbers: tuple[int, ...]) -> str:
        """The step with these citations: as it was, where they are the same."""
        if numbers == self.numbers or not self.takes_markers:
            return self.text
        bare = _MARKER.sub("", self.text)
        return _appended(bare, "".join(f"[{number}]" for number in numbers)) if numbers else bare

    def with_note(self, note: str) -> str:
        """The step without citations, and with a note."""
        return _appended(_MARKER.sub("", self.text), note)


def parted(step: str) -> Part:
    """The parts of a step."""
    gap = _GAP.match(step)
    at = gap.end() if gap else 0
    numbers = tuple(dict.fromkeys(int(number) for number in _MARKER.findall(step)))
    return Part(text=step, gap=step[:at], claim=_MARKER.sub("", step[at:]).strip(), numbers=numbers)


def _appended(text: str, note: str) -> str:
    """Behind the sentence; in a row of a table within its last cell."""
    body = text.rstrip()
    rest = text[len(body) :]
    if body.lstrip().rpartition("\n")[2].startswith("|") and body.endswith("|") and len(body) > 1:
        return f"{body[:-1].rstrip()} {note} |{rest}"
    return f"{body} {note}{rest}"
