"""Text as the recognisers read it: one form of digits, spaces, dashes and signs, and nothing that is invisible.

Whoever writes a number in full-width digits or with zero-width characters inside still wrote that number.

Above: `pii`. Below: nothing; pure functions.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

_ZEROS = (
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0,
    0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6,
)  # fmt: skip
"""The zero of each script whose digits people write; the other nine follow it."""
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63"
_QUOTES = "\u2018\u2019\u02bc"
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Folded:
    """The folded text, and for each of its characters where it stands in the original; None where nothing moved."""

    text: str
    places: Sequence[int] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The bounds in the original text of a stretch of the folded one."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def fold(text: str) -> Folded:
    """Every character stays one character, except those that are invisible, which go."""
    if text.isascii():
        return Folded(text=text, places=None)
    if not _INVISIBLE.search(text):
        return Folded(text=text.translate(_table()), places=None)
    hidden = {match.start() for match in _INVISIBLE.finditer(text)}
    places = [place for place in range(len(text)) if place not in hidden]
    return Folded(text=_INVISIBLE.sub("", text).translate(_table()), places=places)


@cache
def _table() -> dict[int, str]:
    table = {0xFF01 + place: chr(0x21 + place) for place in range(94)}
    table |= {zero + digit: str(digit) for zero in _ZEROS for digit in range(10)}
    table |= dict.fromkeys(map(ord, _SPACES), " ")
    table |= dict.fromkeys(map(ord, _DASHES), "-")
    return table | dict.fromkeys(map(ord, _QUOTES), "'")
