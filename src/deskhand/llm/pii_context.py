"""What stands around a number: the words that say what it is.

Above: the recognisers of numbers. Below: nothing; pure functions, each in constant time.
"""

import re
from collections.abc import Iterable

BEFORE, AFTER = 60, 16
"""How many characters around a number are read."""


def before(text: str, start: int, length: int = BEFORE) -> str:
    """What stands before, in lower case."""
    return text[max(0, start - length) : start].lower()


def after(text: str, end: int, length: int = AFTER) -> str:
    """What stands behind, in lower case."""
    return text[end : end + length].lower()


def last_at(pattern: re.Pattern[str], text: str) -> int:
    """Where the last match ends; -1 where there is none. The nearest word tells what a number is."""
    end = -1
    for match in pattern.finditer(text):
        end = match.end()
    return end


def any_of(*words: str, tail: str = "") -> re.Pattern[str]:
    """Any of these as whole words, each with what may follow it; each may be a pattern of its own."""
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(words)}){tail}(?![^\W_])")


_DIGIT, _LONG_NUMBER = re.compile(r"[0-9]"), re.compile(r"[0-9](?:[ .\-/()]{0,2}[0-9A-Z]){5}")


def has_digit(text: str) -> bool:
    return _DIGIT.search(text) is not None


def has_long_number(text: str) -> bool:
    """Whether six digits or capitals stand together anywhere: without them there is no number worth a closer look."""
    return _LONG_NUMBER.search(text) is not None


def has_any(lowered: str, hints: Iterable[str]) -> bool:
    """Whether one of these stands in the text: much quicker than the patterns that read what they announce."""
    return any(hint in lowered for hint in hints)
