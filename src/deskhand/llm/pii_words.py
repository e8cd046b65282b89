"""Words as the recognisers of names and addresses read them: what begins with a capital, and words by their sound.

Above: `pii_names`, `pii_addresses`. Below: `pii_given_names`; pure functions.
"""

import unicodedata
from functools import cache

from deskhand.llm.pii_given_names import ALSO_WORDS, FAMILY_ALSO_WORDS, FAMILY_NAMES, GIVEN_NAMES

CAPITAL = "[" + "".join(chr(code) for code in range(0x530) if chr(code).isupper()) + "\u1e00-\u1eff]"
"""A capital letter, in a pattern: Latin with all its accents, Greek, Cyrillic."""

_BEYOND_ACCENTS = str.maketrans(
    {"ø": "o", "æ": "ae", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "œ": "oe", "ı": "i"}
)


def plain(word: str) -> str:
    """In lower case and without accents: "José" and "JOSE" are the same name."""
    lowered = word.lower()
    if lowered.isascii():
        return lowered
    apart = unicodedata.normalize("NFD", lowered)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(_BEYOND_ACCENTS)


@cache
def given_names() -> frozenset[str]:
    return frozenset(GIVEN_NAMES.split())


@cache
def sure_given_names() -> frozenset[str]:
    """Those that are no other word and no place."""
    return given_names() - frozenset(ALSO_WORDS.split())


@cache
def family_names() -> frozenset[str]:
    return frozenset(FAMILY_NAMES.split())


@cache
def sure_family_names() -> frozenset[str]:
    """Those that are no other word."""
    return family_names() - frozenset(FAMILY_ALSO_WORDS.split())
