"""Words as the offline model compares them: stems with weights, identifiers, and what counts as the same word.

Above: `offline_*`, `questions`. Below: `offline_lexicon`, the Snowball stemmer; pure functions.
"""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, lru_cache

from py_rust_stemmers import SnowballStemmer

from deskhand.llm.offline_lexicon import EVERYDAY, GENERIC, SAME, STOP

STOP_WORDS = frozenset(STOP.split())

GENERIC_WEIGHT, EVERYDAY_WEIGHT, NAME_WEIGHT, IDENTIFIER_WEIGHT = 0.25, 0.5, 1.6, 2.5
"""What a word of a question counts beside 1 for an ordinary content word."""

REMEMBERED_TEXTS = 8192

MOSTLY = 0.6
"""From this share of capitalised words on, capitals are a way of writing and mark no names."""

_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

_JOINED = (
    (re.compile(r"\b(?:log|sign)(?:ged|ging|ned|ning)?[ -]?(?:in|on)(?:to)?\b"), "signin"),
    (re.compile(r"\bsign(?:ed|ing)?[ -]?up\b"), "signup"),
    (re.compile(r"\bset(?:ting)?[ -]?up\b"), "setup"),
    (re.compile(r"\be[ -]?mail"), "email"),
    (re.compile(r"\be[ -]bike"), "ebike"),
    (re.compile(r"\bturn(?:ed|ing)?[ -]on\b"), "turnon"),
    (re.compile(r"\bturn(?:ed|ing)?[ -]off\b"), "turnoff"),
    (re.compile(r"\b(?:give|send|bring|giving|sending|bringing)\b(?: \w+){0,2} back\b"), "return"),
    (re.compile(r"\bpick(?:s|ed|ing)?[ -]?up\b"), "pickup"),
    (re.compile(r"\bgift[ -]?(?:vouchers?|certificates?|coupons?|cards?)(?: cards?)?\b"), "gift card"),
    (re.compile(r"\bmoney back\b"), "refund"),
    (re.compile(r"\bget rid of\b"), "delete"),
    (re.compile(r"\bback(?:ing)?[ -]?up(s?)\b"), r"backup\1"),
)

_POSSESSED = re.compile(r"\b(?i:my|our)\s+((?:[A-Z][\w-]*\s?){1,3})")
_TOKEN = re.compile(r"[^\W_]+(?:[._/'’-]+[^\W_]+|_)*")
_IDENTIFIER = re.compile(
    r"^(?:(?=[^\W_]*\d)(?=\d*[^\W\d_])[\w.-]+|\w*_\w+|[A-Z]{2,}(?:[-/][A-Z0-9]+)+|\d+(?:\.\d+){2,}|#?\d{3,}-\d{3,})$"
)
_QUANTITY = re.compile(
    r"^\d+(?:,\d{3})*(?:\.\d+)?(?:st|nd|rd|th|s|x|h|hrs?|mins?|kg|km|cm|mm|gb|mb|w|wh|v|k|m|pm|am|%)?$", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One content word of a question."""

    word: str
    key: str
    weight: float
    exact: bool
    """An identifier such as an error code: only the very same one matches."""
    name: bool = False
    """Written with a capital inside a sentence: a product, a place, a company."""


@cache
def _stemmer() -> SnowballStemmer:
    return SnowballStemmer("english")


@cache
def _groups() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in SAME.strip().splitlines():
        names = line.split()
        for name in names:
            table.setdefault(_stemmer().stem_word(name), "=" + names[0])
    return table


@cache
def _generic_stems() -> frozenset[str]:
    return frozenset(_stemmer().stem_words(GENERIC.split()))


@cache
def _everyday_stems() -> frozenset[str]:
    return frozenset(_stemmer().stem_words(EVERYDAY.split()))


def tokens(text: str) -> list[str]:
    """The words of a text as written; hyphens, dots and underscores inside a word stay."""
    return _TOKEN.findall(text)


def normalise(text: str) -> str:
    """Lower case, with the spellings of "log in", "e-mail", "e-bike", "set up" brought together."""
    lowered = text.replace("’", "'").casefold()
    for pattern, joined in _JOINED:
        lowered = pattern.sub(joined, lowered)
    return lowered


def is_identifier(token: str) -> bool:
    """True for codes, variables, versions: E17, SMTP_ADDRESS, LS-12345678, 4.1.2. Not for 14 or 20kg."""
    return bool(_IDENTIFIER.match(token)) and not _QUANTITY.match(token)


def stem(word: str) -> str:
    return str(_stemmer().stem_word(word))


@lru_cache(maxsize=REMEMBERED_TEXTS)
def keys(text: str) -> frozenset[str]:
    """All keys under which words of the text can be found: stems, groups of like words, identifiers."""
    found: set[str] = set()
    parts: list[str] = []
    for token in tokens(normalise(text)):
        pieces = _parts(token)
        parts.extend(pieces)
        found.add(token)
        if len(pieces) > 1:
            parts.append("".join(pieces))
    stems = _stemmer().stem_words(parts)
    found.update(stems)
    found.update(str(_NUMBERS.index(part)) for part in parts if part in _NUMBERS)
    groups = _groups()
    found.update(groups[each] for each in stems if each in groups)
    return frozenset(found)


def is_known(word: str) -> bool:
    """True for everyday words of support texts, which are no misspellings of others."""
    root = stem(word.casefold())
    return word.casefold() in STOP_WORDS or root in _generic_stems() or root in _groups()


def stem_set(text: str) -> frozenset[str]:
    """The stems of the content words, for comparing two sentences with each other."""
    words = [part for token in tokens(normalise(text)) for part in _parts(token) if part not in STOP_WORDS]
    return frozenset(_stemmer().stem_words(words))


def content_terms(text: str) -> list[Term]:
    """The content words of a question with their weights, without repetitions, in order."""
    names = _names(text)
    original = {token.casefold(): token for token in reversed(tokens(text))}
    found: dict[str, Term] = {}
    for token in tokens(normalise(text)):
        for term in _terms_of(token, original.get(token, token), is_name=token in names):
            found.setdefault(term.key, term)
    return list(found.values())


def _names(text: str) -> frozenset[str]:
    """The capitalised words within the sentence, in lower case.

    Not what belongs to the customer ("my Kestrel": an answer need not name it again), and none
    where capitals tell nothing because most words have one.
    """
    words = tokens(text)
    inner = [word for word in words[1:] if word[0].isupper() and word != "I"]
    if len(inner) > MOSTLY * len(words):
        return frozenset()
    possessed = {word.casefold() for found in _POSSESSED.findall(text) for word in tokens(found)}
    return frozenset(word.casefold() for word in inner) - possessed


def _terms_of(token: str, original: str, *, is_name: bool) -> Iterable[Term]:
    if is_identifier(original) or is_identifier(token):
        return [Term(word=original, key=token, weight=IDENTIFIER_WEIGHT, exact=True)]
    return [
        Term(
            word=part,
            key=str(_NUMBERS.index(part)) if part in _NUMBERS else stem(part),
            weight=_weight(part, is_name=is_name),
            exact=False,
            name=is_name,
        )
        for part in _parts(token)
        if part not in STOP_WORDS and (len(part) > 1 or part.isdigit())
    ]


def _weight(part: str, *, is_name: bool) -> float:
    if _QUANTITY.match(part) or stem(part) in _generic_stems():
        return GENERIC_WEIGHT
    if is_name:
        return NAME_WEIGHT
    return EVERYDAY_WEIGHT if stem(part) in _everyday_stems() else 1.0


def matches(term: Term, where: AbstractSet[str]) -> bool:
    """True when the word, or one that support texts use for it, is among the keys."""
    if term.key in where:
        return True
    group = None if term.exact else _groups().get(term.key)
    return group is not None and group in where


def _parts(token: str) -> Sequence[str]:
    pieces = [piece for piece in re.split(r"[._/’'-]+", token) if piece]
    if len(pieces) == 2 and pieces[1] in {"s", "t", "d", "m", "re", "ll", "ve"}:  # noqa: PLR2004 - a contraction
        return [pieces[0]] if pieces[1] != "t" else ["".join(pieces)]
    return pieces
