"""Citation markers `[n]` in text that is still being written: only those that name a passage get through."""

import re
from collections.abc import Callable, Collection

_MARKER = re.compile(r"[ \t]?\[(\d{1,3}(?: {0,2}[,;] {0,2}\d{1,3}){0,19})\]")
_MAY_BECOME_MARKER = re.compile(r"[ \t]?(?:\[[\d,; ]{0,160})?\Z")
"""As long as the longest marker, and of its characters only, so that it does not matter where the stream is cut."""


class MarkerFilter:
    """Text in, text out, never half a marker. `[1, 2]` becomes `[1][2]`; a number that names nothing is dropped."""

    def __init__(self, numbers: Callable[[], Collection[int]]) -> None:
        """`numbers` gives the passages that may be cited, asked at each marker because tools may find more."""
        self._numbers = numbers
        self._pending = ""

    def feed(self, text: str) -> str:
        """What of the text so far can be told."""
        text = self._pending + text
        unsure = _MAY_BECOME_MARKER.search(text)
        end = unsure.start() if unsure else len(text)
        self._pending = text[end:]
        return self._checked(text[:end])

    def rest(self) -> str:
        """What was held back, now that nothing follows."""
        text, self._pending = self._pending, ""
        return self._checked(text)

    def _checked(self, text: str) -> str:
        return _MARKER.sub(self._replace, text)

    def _replace(self, marker: re.Match[str]) -> str:
        named = [int(number) for number in re.findall(r"\d+", marker[1])]
        real = [number for number in named if number in self._numbers()]
        return "".join([" " if marker[0][0] != "[" and real else "", *(f"[{number}]" for number in real)])


def cited_numbers(text: str) -> list[int]:
    """The numbers cited in a text, in the order of their first mention."""
    return list(dict.fromkeys(int(number) for number in re.findall(r"\[(\d{1,3})\]", text)))
