"""Whether an answer gives an agent's instructions away, word for word or in a disguise that a reader can undo.

Above: the check of sentences. Below: `llm/injection.py` folds disguises. The instructions hold what a company tells
its agents and nobody else; a model that was talked into reciting them is stopped here, whatever talked it into that.
"""

import binascii
import codecs
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from deskhand.llm.injection import decoded_words, folded

RUN = 8
"""So many words in a row of the instructions are no accident: sentences of one language share shorter runs."""
LONGEST_CODE = 48
"""Characters. A word as long that stands in nothing the agent was given carries something out that nobody can read."""

_WORD = re.compile(r"[^\W_]+")
_UNBROKEN = re.compile(rf"\S{{{LONGEST_CODE},}}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[\s:]?){16,}")


class LeakWatch:
    """Reads an answer sentence by sentence, so that a recital in small pieces shows too. One for an answer."""

    def __init__(self, instructions: str, given: Iterable[str] = ()) -> None:
        """`given` is what may be repeated: passages, results of tools, the customer's own words."""
        self._runs = _runs_of(instructions)
        self._given = tuple(given)
        self._given_words: str | None = None
        self._before: list[str] = []

    def leaks(self, sentence: str) -> bool:
        """Whether this sentence, with those before it, repeats the instructions, or is in code."""
        plain = folded(sentence)
        words = _words(plain)
        said = self._before + words
        self._before = said[-(RUN - 1) :]
        return (
            self._recites(said)
            or any(self._recites(_words(reading)) for reading in _undisguised(plain))
            or any(not self._was_given(code) for code in _UNBROKEN.findall(plain))
        )

    def _recites(self, words: list[str]) -> bool:
        runs = (" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1))
        return any(run in self._runs and not self._is_known(run) for run in runs)

    def _is_known(self, run: str) -> bool:
        if self._given_words is None:
            self._given_words = "\n".join(" ".join(_words(text)) for text in self._given)
        return run in self._given_words

    def _was_given(self, code: str) -> bool:
        bare = code.strip("()[]<>*_`'\".,;:!?|-=~#")
        return len(bare) < LONGEST_CODE or any(bare in text for text in self._given)


@lru_cache(maxsize=1_024)
def _runs_of(instructions: str) -> frozenset[str]:
    words = _words(instructions)
    return frozenset(" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1))


def _words(text: str) -> list[str]:
    """Numbers of a list between the words hide nothing."""
    return [word for word in _WORD.findall(text.casefold()) if not word.isdigit()]


def _undisguised(text: str) -> Iterator[str]:
    """The text read backwards, by words and by letters, shifted by thirteen letters, out of base64 and out of hex."""
    yield text[::-1]
    yield " ".join(reversed(text.split()))
    yield codecs.encode(text, "rot13")
    yield from decoded_words(text)
    for found in _HEX.findall(text):
        digits = re.sub(r"[\s:]", "", found)
        try:
            yield binascii.unhexlify(digits[: len(digits) // 2 * 2]).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
